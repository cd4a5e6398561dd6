/** `pnpm bench:gpu [arguments]`: builds the benchmark of GPUs and the packages it uses, then runs it. */
import { build, runProgram } from './run.mjs'

await build({ only: '@nabla/benchmarks' })
await runProgram('benchmarks/dist/gpu.js', process.argv.slice(2))
