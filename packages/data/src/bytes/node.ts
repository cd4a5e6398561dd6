/**
 * What only Node has: files and environment variables. Asked of the running process instead of imported, so that no
 * bundler meets a `node:` module and the same code loads in browsers, where all of this is undefined.
 */

type FileSystem = typeof import('node:fs/promises')
type Path = typeof import('node:path')
type OperatingSystem = typeof import('node:os')

/** The parts of Node's library that reading and caching files needs. */
export interface NodeLibrary {
  readonly fileSystem: FileSystem
  readonly path: Path
  readonly operatingSystem: OperatingSystem
  readonly workingFolder: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Node's library (Deno and Bun have it too), or undefined where there is none. */
export function nodeLibrary(): NodeLibrary | undefined {
  if (typeof process !== 'object' || typeof process.getBuiltinModule !== 'function') return undefined
  return {
    fileSystem: process.getBuiltinModule('node:fs/promises'),
    path: process.getBuiltinModule('node:path'),
    operatingSystem: process.getBuiltinModule('node:os'),
    workingFolder: process.cwd(),
    environment: process.env,
  }
}
