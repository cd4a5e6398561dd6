/**
 * Configuration: which backend, which seed, how many threads, whether a GPU may be software. In rising priority: what the
 * program says, the nearest `nabla.config.json`, the environment (`NABLA_BACKEND`, `NABLA_SEED`, `NABLA_THREADS`,
 * `NABLA_ALLOW_SOFTWARE`), and what the user said on the command line.
 */
import { type BackendPreference, ValueError } from '@nabla/backend'

export interface Configuration {
  /** `'auto'`, a name, or names in order of preference. */
  readonly backend?: BackendPreference
  /** Seeds the default random generator. */
  readonly seed?: number
  readonly threads?: number
  /** Whether the webgpu backend may run on a GPU that software imitates: for tests. */
  readonly allowSoftware?: boolean
}

/** A configuration with what asked for its backend; nothing where that was left open. */
export interface ResolvedConfiguration extends Configuration {
  readonly backendSource: string | undefined
}

export const CONFIGURATION_FILE = 'nabla.config.json'

/** The parts of Node that are used where there is a Node; looked up without an import, so that bundlers see nothing. */
interface Host {
  cwd?(): string
  env?: Readonly<Record<string, string | undefined>>
  getBuiltinModule?(name: 'node:fs'): {
    existsSync(path: string): boolean
    readFileSync(path: string, encoding: 'utf8'): string
  }
  getBuiltinModule?(name: 'node:path'): { join(...parts: string[]): string; dirname(path: string): string }
}

function host(): Host | undefined {
  return (globalThis as { process?: Host }).process
}

function invalid(where: string, expected: string, received: unknown): ValueError {
  return new ValueError(where, {
    expected,
    received:
      typeof received === 'number' ? String(received) : (JSON.stringify(received) ?? String(received)),
    fix: 'correct the value; known settings are backend (string or list), seed (number), threads (number) and allowSoftware (true or false)',
  })
}

function isWhole(value: unknown, least: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least
}

/** Checks plain data from a file or a caller. */
export function checkConfiguration(where: string, value: unknown): Configuration {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(where, 'an object of settings', value)
  }
  const { backend, seed, threads, allowSoftware, ...rest } = value as Record<string, unknown>
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw invalid(where, 'backend, seed, threads and allowSoftware', unknown)
  const isNames = Array.isArray(backend) && backend.every((name) => typeof name === 'string')
  if (backend !== undefined && typeof backend !== 'string' && !isNames) {
    throw invalid(where, 'backend to be a name or a list of names', backend)
  }
  if (seed !== undefined && !isWhole(seed, 0)) {
    throw invalid(where, 'seed to be a whole number of at least 0', seed)
  }
  if (threads !== undefined && !isWhole(threads, 1)) {
    throw invalid(where, 'threads to be a whole number of at least 1', threads)
  }
  if (allowSoftware !== undefined && typeof allowSoftware !== 'boolean') {
    throw invalid(where, 'allowSoftware to be true or false', allowSoftware)
  }
  return {
    ...(backend !== undefined && { backend: backend as BackendPreference }),
    ...(seed !== undefined && { seed }),
    ...(threads !== undefined && { threads }),
    ...(allowSoftware !== undefined && { allowSoftware }),
  }
}

/** The nearest configuration file from a folder upwards, parsed; nothing where there is no file system. */
export function readConfigurationFile(
  folder?: string,
): { readonly path: string; readonly values: Configuration } | undefined {
  const process = host()
  const fs = process?.getBuiltinModule?.('node:fs')
  const path = process?.getBuiltinModule?.('node:path')
  if (fs === undefined || path === undefined) return undefined
  for (let at = folder ?? process?.cwd?.() ?? '.'; ; at = path.dirname(at)) {
    const file = path.join(at, CONFIGURATION_FILE)
    if (fs.existsSync(file))
      return { path: file, values: checkConfiguration(file, parse(file, fs.readFileSync(file, 'utf8'))) }
    if (path.dirname(at) === at) return undefined
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ValueError(file, {
      expected: 'JSON such as { "backend": "cpu" }',
      received: error instanceof Error ? error.message : String(error),
      fix: 'correct the file',
    })
  }
}

/** A number in an environment variable; what is none goes on as text, for the error to show. */
function numberIn(text: string): number | string {
  const value = Number(text)
  return text.trim() === '' || Number.isNaN(value) ? text : value
}

/** A choice in an environment variable; what is none goes on as text, for the error to show. */
function choiceIn(text: string): boolean | string {
  if (text === 'true' || text === '1') return true
  return text === 'false' || text === '0' ? false : text
}

/** Variables that are empty count as not set. */
function fromEnvironment(env: Readonly<Record<string, string | undefined>>): Configuration {
  const { NABLA_BACKEND = '', NABLA_SEED = '', NABLA_THREADS = '', NABLA_ALLOW_SOFTWARE = '' } = env
  const names = NABLA_BACKEND.split(',').map((name) => name.trim())
  return {
    ...(NABLA_BACKEND !== '' &&
      checkConfiguration('NABLA_BACKEND', { backend: names.length === 1 ? names[0] : names })),
    ...(NABLA_SEED !== '' && checkConfiguration('NABLA_SEED', { seed: numberIn(NABLA_SEED) })),
    ...(NABLA_THREADS !== '' && checkConfiguration('NABLA_THREADS', { threads: numberIn(NABLA_THREADS) })),
    ...(NABLA_ALLOW_SOFTWARE !== '' &&
      checkConfiguration('NABLA_ALLOW_SOFTWARE', { allowSoftware: choiceIn(NABLA_ALLOW_SOFTWARE) })),
  }
}

/**
 * All sources merged.
 *
 * @param program what the program's code asks for
 * @param flags what the user asked for on the command line
 */
export function resolveConfiguration(
  program: Configuration,
  flags: Configuration,
  folder?: string,
): ResolvedConfiguration {
  const file = readConfigurationFile(folder)
  const sources: [string, Configuration][] = [
    ['the program', checkConfiguration('configure', program)],
    [file?.path ?? CONFIGURATION_FILE, file?.values ?? {}],
    ['the environment variable NABLA_BACKEND', fromEnvironment(host()?.env ?? {})],
    ['the command line', checkConfiguration('command line', flags)],
  ]
  const merged: Configuration = Object.assign({}, ...sources.map(([, values]) => values))
  const backendSource = sources.findLast(([, values]) => values.backend !== undefined)?.[0]
  return { ...merged, backendSource }
}
