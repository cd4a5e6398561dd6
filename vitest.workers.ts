/**
 * Workers for the tests in Node: they run TypeScript sources, which Node doesn't start as a worker. So the file of a worker is
 * bundled, and named where it is started.
 */
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type BuildOptions, build } from 'esbuild'
import type { Plugin } from 'vitest/config'

const ENTRY = fileURLToPath(new URL('packages/nabla/src/nabla-backend-worker.ts', import.meta.url))
const BUNDLE = fileURLToPath(new URL('node_modules/.cache/nabla/nabla-backend-worker.mjs', import.meta.url))

/** Bundles sources of the workspace for Node. */
export async function bundleForNode(options: BuildOptions): Promise<void> {
  await build({
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    conditions: ['@nabla/source'],
    // The optional peer of the webgpu backend, if it is there.
    external: ['webgpu'],
    sourcemap: 'inline',
    logLevel: 'error',
    tsconfigRaw: '{}',
    ...options,
  })
}

async function bundleWorker(): Promise<string> {
  await bundleForNode({ entryPoints: [ENTRY], outfile: BUNDLE })
  return pathToFileURL(BUNDLE).href
}

/** Makes `startWorker` of nabla start the bundle of this run's sources. */
export function bundledWorkers(): Plugin {
  let bundle: Promise<string> | undefined
  return {
    name: 'nabla-bundled-workers',
    enforce: 'pre',
    async transform(code, id) {
      if (!/\/packages\/nabla\/src\/(start-worker|worker-file)\.ts$/.test(id)) return undefined
      bundle ??= bundleWorker()
      return { code: code.replaceAll("'./nabla-backend-worker.js'", JSON.stringify(await bundle)), map: null }
    },
  }
}
