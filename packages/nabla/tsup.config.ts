import { packageBuild } from '../../tsup.base.js'

export default packageBuild({
  bundled: ['src/index.ts', 'src/nabla-backend-worker.ts'],
  // A worker of this package finds the one that it starts for threads beside itself.
  alone: ['src/nabla-backend-worker.ts', '../backend-wasm/src/threads/nabla-worker.ts'],
})
