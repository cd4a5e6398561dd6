/**
 * The bundlers, each told the entry and where the result goes, and nothing else.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { build as esbuild } from 'esbuild'
import { rollup } from 'rollup'
import { build as vite } from 'vite'
import webpack from 'webpack'
import type { Scripts } from '../site.js'
import type { Project } from './project.js'

/** Scripts as a bundler left them in a folder. */
function scriptsIn(folder: string, isEntry: (path: string) => boolean = () => true): Scripts {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.js'),
  )
  const entry = paths.find(isEntry)
  if (entry === undefined) throw new Error(`there is no script in ${folder}`)
  return { entry, files: new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')])) }
}

async function withEsbuild({ folder, entry }: Project, out: string): Promise<Scripts> {
  await esbuild({
    absWorkingDir: folder,
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    outdir: out,
    logLevel: 'error',
  })
  return scriptsIn(out)
}

async function withVite({ folder, entry }: Project, out: string): Promise<Scripts> {
  await vite({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: { outDir: out, rolldownOptions: { input: entry } },
  })
  return scriptsIn(out, (path) => /(^|[\\/])program[^\\/]*$/.test(path))
}

async function withRollup({ entry }: Project, out: string): Promise<Scripts> {
  // Rollup finds packages by this plugin alone.
  const bundle = await rollup({ input: entry, plugins: [nodeResolve()] })
  await bundle.write({ dir: out })
  await bundle.close()
  return scriptsIn(out, (path) => path === 'program.js')
}

async function withWebpack({ folder, entry }: Project, out: string): Promise<Scripts> {
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
export const BUNDLERS: Readonly<Record<string, (project: Project, out: string) => Promise<Scripts>>> = {
  esbuild: withEsbuild,
  Vite: withVite,
  Rollup: withRollup,
  webpack: withWebpack,
}
