/**
 * The bundlers, each told the entry and where the result goes, and nothing else; and the settings that esbuild needs to make
 * a file for workers.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { type BuildOptions, build as esbuild } from 'esbuild'
import { rollup } from 'rollup'
import { build as vite } from 'vite'
import webpack from 'webpack'
import type { Scripts } from '../site.js'

/** What is bundled: the project's folder, the path of the program in it, and a folder for the result. */
export interface Job {
  readonly folder: string
  readonly entry: string
  readonly out: string
}

export type Bundle = (job: Job) => Promise<Scripts>

/** Scripts as a bundler left them in a folder. */
function scriptsIn(folder: string, isEntry: (path: string) => boolean): Scripts {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.js'),
  )
  const entry = paths.find(isEntry)
  if (entry === undefined) throw new Error(`there is no script in ${folder}`)
  return { entry, files: new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')])) }
}

const isProgram = (path: string): boolean => /(^|[\\/])program[^\\/]*$/.test(path)

const esbuildWith =
  (options: BuildOptions, ...more: readonly string[]): Bundle =>
  async ({ folder, entry, out }) => {
    await esbuild({
      absWorkingDir: folder,
      entryPoints: [entry, ...more],
      bundle: true,
      format: 'esm',
      outdir: out,
      logLevel: 'error',
      ...options,
    })
    return scriptsIn(out, isProgram)
  }

const withEsbuild = esbuildWith({})
/** With code splitting: what is imported dynamically is a file of its own. */
export const withEsbuildSplitting = esbuildWith({ splitting: true })
/** With the worker as a second entry, in the same folder as the program. */
export const withEsbuildBeside = esbuildWith({ entryNames: '[name]' }, '@nabla/backend-wasm/nabla-worker')
/** The same with the worker that a backend computes in. */
export const withEsbuildInWorker = esbuildWith(
  { entryNames: '[name]' },
  'nabla/nabla-backend-worker',
  '@nabla/backend-wasm/nabla-worker',
)

const withVite: Bundle = async ({ folder, entry, out }) => {
  await vite({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: { outDir: out, rolldownOptions: { input: entry } },
  })
  return scriptsIn(out, isProgram)
}

export const withRollup: Bundle = async ({ entry, out }) => {
  // Rollup finds packages by this plugin alone.
  const bundle = await rollup({ input: entry, plugins: [nodeResolve()] })
  await bundle.write({ dir: out })
  await bundle.close()
  return scriptsIn(out, isProgram)
}

const withWebpack: Bundle = async ({ folder, entry, out }) => {
  const compiler = webpack({ context: folder, entry, mode: 'production', output: { path: out } })
  await new Promise<void>((resolve, reject) => {
    compiler.run((error, stats) => {
      const { errors = [] } = stats?.toJson({ all: false, errors: true }) ?? {}
      compiler.close(() => {
        if (error !== null) reject(error)
        else if (errors.length > 0) reject(new Error(errors.map(({ message }) => message).join('\n')))
        else resolve()
      })
    })
  })
  return scriptsIn(out, (path) => path === 'main.js')
}

/** By name: makes scripts of a project's program, in a folder of its own. */
export const BUNDLERS: Readonly<Record<'esbuild' | 'Vite' | 'Rollup' | 'webpack', Bundle>> = {
  esbuild: withEsbuild,
  Vite: withVite,
  Rollup: withRollup,
  webpack: withWebpack,
}
