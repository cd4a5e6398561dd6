/**
 * Part of `pnpm size`, after the build: bundles each small program of scripts/bundle-size/ for the browser
 * from the built packages, as an application's bundler would, and holds its minified, gzipped size against
 * scripts/bundle-size/limits.json, where it also says which parts a program never downloads. A program without
 * a limit, a limit without a program and a program that does not bundle are failures.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './run.mjs'

const folder = join(root, 'scripts', 'bundle-size')
const limits = JSON.parse(readFileSync(join(folder, 'limits.json'), 'utf8'))

/** The file among the outputs that begins with a module. */
function chunkOf(outputs, module) {
  const found = Object.keys(outputs).find((name) => outputs[name].entryPoint?.endsWith(module))
  if (found === undefined) throw new Error(`no part of it begins with ${module}`)
  return found
}

/**
 * Size in bytes of the program at `path`, minified and compressed: the files that a bundler makes of it and everything it
 * imports, those that are imported when they are needed, too, but for what it does `without`.
 */
async function bundledSize(path, without) {
  const { outputFiles, metafile } = await build({
    entryPoints: [path],
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    metafile: true,
    outdir: 'dist',
    logLevel: 'error',
    absWorkingDir: root,
    // Not the workspace's TypeScript settings: they would resolve to the sources.
    tsconfigRaw: '{}',
  })
  const { outputs } = metafile
  const apart = without.map((module) => chunkOf(outputs, module))
  const loaded = new Set()
  const load = (name) => {
    if (loaded.has(name) || apart.includes(name)) return
    loaded.add(name)
    for (const { path, external } of outputs[name].imports) if (!external) load(path)
  }
  load(chunkOf(outputs, relative(root, path)))
  return outputFiles
    .filter((file) => loaded.has(relative(root, file.path)))
    .reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0)
}

/** One line about the program, and whether it passes. */
async function measure(name) {
  const limit = limits[name]
  if (limit === undefined) return { passes: false, line: `${name}: has no limit in limits.json` }
  try {
    const kilobytes = (await bundledSize(join(folder, `${name}.ts`), limit.without ?? [])) / 1000
    return {
      passes: kilobytes <= limit.kilobytes,
      line: `${name}: ${kilobytes.toFixed(1)} kB of ${limit.kilobytes} kB (${limit.is})`,
    }
  } catch (error) {
    return { passes: false, line: `${name}: does not bundle: ${error.message}` }
  }
}

const programs = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => basename(file, '.ts'))
const names = [...new Set([...programs, ...Object.keys(limits)])].sort()
for (const name of names) {
  const { passes, line } = await measure(name)
  console.log(`${passes ? '✓' : '✗'} ${line}`)
  if (!passes) process.exitCode = 1
}
