/**
 * A project as a user of the published packages has it, in a folder of its own: programs, and `node_modules` with every
 * built package and its manifest as published.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGES = fileURLToPath(new URL('../../packages', import.meta.url))
const PROGRAMS = ['program.js', 'program-with-worker.js', 'program-in-worker.js', 'training.js']

export interface Project extends Disposable {
  readonly folder: string
  /** The path of a program. */
  entry(name: 'program' | 'program-with-worker' | 'program-in-worker'): string
}

interface Manifest {
  readonly name: string
  readonly publishConfig?: Readonly<Record<string, unknown>>
}

function install(from: string, modules: string): void {
  if (!existsSync(join(from, 'dist'))) throw new Error(`${from} is not built; run pnpm build first`)
  const manifest: Manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'))
  const to = join(modules, manifest.name)
  mkdirSync(to, { recursive: true })
  writeFileSync(join(to, 'package.json'), JSON.stringify({ ...manifest, ...manifest.publishConfig }))
  cpSync(join(from, 'dist'), join(to, 'dist'), { recursive: true })
}

export function makeProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'nabla-project-'))
  for (const name of readdirSync(PACKAGES)) install(join(PACKAGES, name), join(folder, 'node_modules'))
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'project', private: true, type: 'module' }),
  )
  for (const name of PROGRAMS) cpSync(fileURLToPath(new URL(name, import.meta.url)), join(folder, name))
  return {
    folder,
    entry: (name) => join(folder, `${name}.js`),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
