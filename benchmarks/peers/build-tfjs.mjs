/** Bundles a program, tfjs.mjs or gpu/tfjs.mjs, from the ES modules of TensorFlow.js, which Node can't load as they are. */
import { build } from 'esbuild'

const [, , program = 'tfjs.mjs'] = process.argv

await build({
  entryPoints: [program],
  bundle: true,
  platform: 'node',
  mainFields: ['module', 'main'],
  format: 'esm',
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); const __dirname = import.meta.dirname ?? '.';" },
  outfile: `dist/${program}`,
  // It brings a part that is no JavaScript.
  external: ['webgpu'],
  logLevel: 'error',
})
