/** `pnpm mnist [arguments]`: builds the program and the packages it uses, then runs it. */
import { build, runProgram } from './run.mjs'

await build({ only: '@nabla/app-mnist' })
await runProgram('apps/mnist/dist/main.js', process.argv.slice(2))
