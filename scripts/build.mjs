/** `pnpm build`: every package and program, declarations included. */
import { build } from './run.mjs'

await build()
