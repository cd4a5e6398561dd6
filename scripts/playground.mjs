/** `pnpm playground [--port N]`: builds the page, then serves it on this machine. */

import { join } from 'node:path'
import { build, root, runProgram } from './run.mjs'

await build({ only: '@nabla/app-playground' })
await runProgram('scripts/playground/serve.mjs', [
  join(root, 'apps', 'playground', 'dist'),
  ...process.argv.slice(2),
])
