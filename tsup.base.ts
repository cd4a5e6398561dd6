/**
 * The one build recipe of every package and program: ESM for Node 20 and current browsers, source maps,
 * and bundled declarations. Dependencies stay imports. `NABLA_DECLARATIONS=off` leaves the declarations
 * out, which is all that running a program needs and several times faster.
 */
import { defineConfig, type Options } from 'tsup'

export function packageBuild(overrides: Options = {}) {
  return defineConfig({
    entry: ['src/index.ts'],
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    // Node's own modules keep their `node:` names, which no bundler takes for a package.
    external: [/^node:/],
    removeNodeProtocol: false,
    dts: process.env.NABLA_DECLARATIONS !== 'off',
    sourcemap: true,
    splitting: true,
    treeshake: true,
    clean: true,
    silent: true,
    ...overrides,
  })
}

/** A program for Node: no declarations, starts at `src/main.ts`. */
export function programBuild(overrides: Options = {}) {
  return packageBuild({ entry: ['src/main.ts'], platform: 'node', dts: false, ...overrides })
}
