/** Bundles tfjs.mjs from the ES modules of TensorFlow.js, which Node can't load as they are. */
import { build } from 'esbuild'

await build({
  entryPoints: ['tfjs.mjs'],
  bundle: true,
  platform: 'node',
  mainFields: ['module', 'main'],
  format: 'esm',
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); const __dirname = import.meta.dirname ?? '.';" },
  outfile: 'dist/tfjs.mjs',
  logLevel: 'error',
})
