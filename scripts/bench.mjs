/** `pnpm bench [arguments]`: builds the benchmark program and the packages it uses, then runs it. */
import { build, runProgram } from './run.mjs'

await build({ only: '@nabla/benchmarks' })
await runProgram('benchmarks/dist/main.js', process.argv.slice(2))
