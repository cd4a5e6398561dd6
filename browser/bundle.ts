/**
 * The script of a page, bundled from the TypeScript sources of the workspace: nothing has to be built first.
 */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Scripts } from './site.js'

/** Bundles the page of this name in `browser/pages`. */
export async function bundlePage(name: string): Promise<Scripts> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`pages/${name}.ts`, import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@nabla/source'],
    write: false,
    logLevel: 'error',
    tsconfigRaw: '{}',
  })
  const [script] = outputFiles
  if (script === undefined) throw new Error(`the page ${name} gave no script`)
  return { entry: 'page.js', files: new Map([['page.js', script.text]]) }
}
