/**
 * The scripts of a page, bundled from the TypeScript sources of the workspace: nothing has to be built first.
 */
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Scripts } from './site.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Files that packages start as workers. */
const WORKERS = ['nabla-worker.ts', 'nabla-backend-worker.ts']

/** Where they are: esbuild doesn't follow `new URL('./nabla-worker.js', import.meta.url)` by itself. */
function workers(): string[] {
  const packages = join(ROOT, 'packages')
  return readdirSync(packages)
    .flatMap((name) => {
      const sources = join(packages, name, 'src')
      return readdirSync(sources, { recursive: true, encoding: 'utf8' }).map((path) => join(sources, path))
    })
    .filter((path) => WORKERS.includes(basename(path)))
}

/** Bundles the page of this name in `browser/pages`, and beside it the workers. */
export async function bundlePage(name: string): Promise<Scripts> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'browser', 'pages', `${name}.ts`), ...workers()],
    entryNames: '[name]',
    outdir: '/',
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@nabla/source'],
    write: false,
    logLevel: 'error',
    tsconfigRaw: '{}',
  })
  return {
    entry: `${name}.js`,
    files: new Map(outputFiles.map(({ path, text }) => [basename(path), text])),
  }
}
