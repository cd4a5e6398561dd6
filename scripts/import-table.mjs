/**
 * Who may import whom: the one statement of the architecture's direction. Imports point down only.
 * The dependency-cruiser rules and the check of every package.json are made from this table; tests are free.
 */
export const importTable = {
  'packages/backend': [],
  'packages/backend-cpu': ['packages/backend'],
  'packages/backend-wasm': ['packages/backend'],
  'packages/backend-webgpu': ['packages/backend'],
  'packages/core': ['packages/backend'],
  'packages/optim': ['packages/core'],
  'packages/data': ['packages/core'],
  'packages/io': ['packages/core'],
  'packages/nn': ['packages/core', 'packages/optim', 'packages/data'],
  'packages/conformance': ['packages/backend', 'packages/core'],
  'packages/nabla': [
    'packages/backend',
    'packages/backend-cpu',
    'packages/backend-wasm',
    'packages/backend-webgpu',
    'packages/conformance',
    'packages/core',
    'packages/data',
    'packages/io',
    'packages/nn',
    'packages/optim',
  ],
  'apps/mnist': ['packages/nabla'],
  'apps/playground': ['packages/nabla'],
  benchmarks: ['packages/nabla'],
}
