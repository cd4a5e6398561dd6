import { packageBuild } from '../../tsup.base.js'

export default packageBuild({ alone: ['src/threads/nabla-worker.ts'] })
