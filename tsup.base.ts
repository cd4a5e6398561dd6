/**
 * The one build recipe of every package and program: ESM for Node 20 and current browsers, with source maps.
 * Declarations are made for all packages at once, by scripts/declarations.mjs.
 */
import { defineConfig, type Options } from 'tsup'

function recipe(options: Options) {
  return defineConfig({
    format: 'esm',
    target: 'es2022',
    // Node's own modules keep their `node:` names, which no bundler takes for a package.
    external: [/^node:/],
    removeNodeProtocol: false,
    dts: false,
    sourcemap: true,
    // The declarations are not this recipe's to remove.
    clean: ['!**/*.d.ts', '!**/*.d.ts.map'],
    silent: true,
    ...options,
  })
}

/**
 * A package, file by file: an application's bundler then leaves out each module that is not imported, which
 * it could not do within one large file.
 */
export function packageBuild(overrides: Options = {}) {
  return recipe({
    entry: ['src/**/*.ts', '!src/**/*.test.ts', '!src/**/*.test-d.ts', '!src/**/testing/**'],
    bundle: false,
    platform: 'neutral',
    ...overrides,
  })
}

/** A program for Node, in one file, that starts at `src/main.ts`. */
export function programBuild(overrides: Options = {}) {
  return recipe({ entry: ['src/main.ts'], platform: 'node', ...overrides })
}
