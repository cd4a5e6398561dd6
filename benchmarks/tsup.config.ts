import { programBuild } from '../tsup.base.js'

export default programBuild({
  entry: { main: 'src/main.ts', gpu: 'src/gpu/main.ts' },
  // Whole, so that a machine with a GPU needs this one file.
  noExternal: [/^nabla$/, /^@nabla\//],
  external: [/^node:/, 'webgpu'],
  splitting: false,
})
