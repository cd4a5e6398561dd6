import { packageBuild } from '../../tsup.base.js'

export default packageBuild({ bundled: ['src/index.ts', 'src/nabla-worker.ts'] })
