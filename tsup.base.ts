/**
 * The one build recipe of every package and program: ESM for Node 20 and current browsers, with source maps.
 * Declarations are made for all packages at once, by scripts/declarations.mjs.
 */
import { basename, dirname, join } from 'node:path'
import { defineConfig, type Options } from 'tsup'

/** The declarations are not this recipe's to remove. */
const KEPT = ['!**/*.d.ts', '!**/*.d.ts.map']

function recipe(options: Options): Options {
  return {
    format: 'esm',
    target: 'es2022',
    // Node's own modules keep their `node:` names, which no bundler takes for a package.
    external: [/^node:/],
    removeNodeProtocol: false,
    dts: false,
    sourcemap: true,
    clean: KEPT,
    silent: true,
    ...options,
  }
}

/**
 * A package, twice. File by file for bundlers, which then leave out each module that a program doesn't import; they could
 * not do so within one large file. And in `dist/node` as one file for Node, where a program would wait longer for hundreds
 * of small files than for all else that it does before its first training step. Parts that are used apart are one file each.
 */
export function packageBuild({ bundled = ['src/index.ts'], alone = [] }: PackageOptions = {}) {
  return defineConfig([
    recipe({
      entry: [
        'src/**/*.ts',
        '!src/**/*.test.ts',
        '!src/**/*.test-d.ts',
        '!src/**/testing/**',
        ...alone.map((path) => `!${path}`),
      ],
      bundle: false,
      platform: 'neutral',
      // Nor is what the other parts make.
      clean: [...KEPT, '!node/**', ...alone.map((path) => `!${builtPath(path)}*`)],
    }),
    recipe({ entry: bundled, outDir: 'dist/node', platform: 'neutral' }),
    ...alone.map((path) =>
      recipe({
        entry: [path],
        outDir: join('dist', dirname(builtPath(path))),
        platform: 'neutral',
        noExternal: [/^@nabla\//],
        clean: false,
      }),
    ),
  ])
}

interface PackageOptions {
  /** What is bundled for Node. */
  readonly bundled?: string[]
  /** What is used apart from the rest, e.g. in a worker: one file each, with all that it imports, from other packages too. */
  readonly alone?: string[]
}

/** Where a source goes in `dist`, without the extension; one of another package goes to the top. */
const builtPath = (path: string): string =>
  path.startsWith('src/') ? path.slice(4).replace(/\.ts$/, '.') : basename(path, 'ts')

/** A program for Node, in one file, that starts at `src/main.ts`. */
export function programBuild(overrides: Options = {}) {
  return defineConfig(recipe({ entry: ['src/main.ts'], platform: 'node', ...overrides }))
}
