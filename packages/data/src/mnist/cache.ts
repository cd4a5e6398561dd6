/**
 * Where downloaded MNIST files are kept: a folder in Node, the Cache API in browsers. A cache is a convenience: that it
 * can't be read or written is a remark, never a failure.
 */
import type { Bytes } from '../bytes/gzip.js'
import { type NodeLibrary, nodeLibrary } from '../bytes/node.js'
import { reasonOf } from '../errors.js'
import { canVerify, verifyFile } from './checksum.js'
import type { MnistFile } from './files.js'

export interface MnistCache {
  /** In words, e.g. the folder. */
  readonly place: string
  /** The bytes kept under `name`, undefined if there are none. */
  read(name: string): Promise<Bytes | undefined>
  write(name: string, bytes: Bytes): Promise<void>
}

/** `$XDG_CACHE_HOME/nabla/mnist`, or `~/.cache/nabla/mnist`. */
function defaultFolder({ path, operatingSystem, environment }: NodeLibrary): string {
  const base = environment.XDG_CACHE_HOME
  // The specification says that relative paths are to be ignored.
  const root =
    base !== undefined && path.isAbsolute(base) ? base : path.join(operatingSystem.homedir(), '.cache')
  return path.join(root, 'nabla', 'mnist')
}

function folderCache(node: NodeLibrary, folder: string): MnistCache {
  const { fileSystem, path, operatingSystem } = node
  const home = operatingSystem.homedir()
  return {
    place: folder.startsWith(home + path.sep) ? `~${folder.slice(home.length)}` : folder,
    read: async (name) => {
      const found = await fileSystem.readFile(path.join(folder, name)).catch(() => undefined)
      return found === undefined ? undefined : new Uint8Array(found)
    },
    write: async (name, bytes) => {
      // Under a name of its own first, so that nobody ever reads half a file.
      const temporary = path.join(folder, `${name}.${globalThis.crypto.randomUUID()}.part`)
      await fileSystem.mkdir(folder, { recursive: true })
      try {
        await fileSystem.writeFile(temporary, bytes)
        await fileSystem.rename(temporary, path.join(folder, name))
      } catch (thrown) {
        await fileSystem.rm(temporary, { force: true })
        throw thrown
      }
    },
  }
}

/** The keys of the Cache API are addresses; `.invalid` is reserved for those that lead nowhere (RFC 2606). */
const KEYS = 'https://nabla.invalid/mnist/'

function browserCache(storage: CacheStorage): MnistCache {
  const open = () => storage.open('nabla-mnist')
  return {
    place: 'the browser cache "nabla-mnist"',
    read: async (name) => {
      const response = await open()
        .then((cache) => cache.match(KEYS + name))
        .catch(() => undefined)
      return response === undefined ? undefined : new Uint8Array(await response.arrayBuffer())
    },
    write: async (name, bytes) => {
      const cache = await open()
      await cache.put(KEYS + name, new Response(bytes))
    },
  }
}

/** The cache of this platform, undefined where there is none. */
export function findCache(folder: string | undefined): MnistCache | undefined {
  const node = nodeLibrary()
  if (node !== undefined) return folderCache(node, folder ?? defaultFolder(node))
  return typeof caches === 'undefined' ? undefined : browserCache(caches)
}

/** The file from the cache if it is there and is the official one. */
export async function readVerified(
  cache: MnistCache | undefined,
  file: MnistFile,
): Promise<Bytes | undefined> {
  if (cache === undefined || !canVerify()) return undefined
  const bytes = await cache.read(file.name)
  if (bytes === undefined) return undefined
  return verifyFile(file, bytes).then(
    () => bytes,
    () => undefined,
  )
}

/** Puts a file into the cache; gives the reason in words if that fails. */
export async function tryWrite(
  cache: MnistCache,
  file: MnistFile,
  bytes: Bytes,
): Promise<string | undefined> {
  return cache.write(file.name, bytes).then(
    () => undefined,
    (thrown: unknown) => reasonOf(thrown),
  )
}
