/**
 * Where WebGPU comes from: `navigator.gpu` in browsers and workers; in Node the package `webgpu`, which brings Dawn, if
 * the program has installed it.
 */

/** The parts of Node that are used where there is a Node; looked up without an import, so that bundlers see nothing. */
export interface Node {
  readonly versions?: { readonly node?: string }
  cwd(): string
  getBuiltinModule?(name: 'node:module'): typeof import('node:module')
  getBuiltinModule?(name: 'node:url'): typeof import('node:url')
}

/**
 * The memory that a workgroup shares is not zeroed: no kernel reads what it hasn't written, and for a large tile it costs
 * the software adapter a second of compiling.
 */
const TOGGLES = ['enable-dawn-features=disable_workgroup_init']

/** What the package `webgpu` exports, as far as it is used. */
interface Dawn {
  create(options: string[]): GPU
}

/** The way in to WebGPU, or a phrase on why there is none. */
export type FoundGpu = { readonly gpu: GPU } | { readonly reason: string }

/** The name of the package is no literal, which bundlers would follow. */
const PACKAGE = 'webgpu'

const INSTALL = 'Node needs the package "webgpu" for it (npm install webgpu)'

/**
 * One for the whole process, however often this module is loaded: Dawn aborts the process when its instance is collected
 * while a device lives.
 */
const KEY = Symbol.for('nabla.webgpu.dawn')

interface Shared {
  [KEY]?: Promise<FoundGpu>
  readonly process?: Node
}

function node(): Node | undefined {
  const { process }: Shared = globalThis as Shared
  return process?.versions?.node === undefined ? undefined : process
}

/** Where the package is, seen from the working directory. */
function locate(process: Node): string | undefined {
  const modules = process.getBuiltinModule?.('node:module')
  const urls = process.getBuiltinModule?.('node:url')
  if (modules === undefined || urls === undefined) return undefined
  try {
    const from = `${urls.pathToFileURL(process.cwd())}/`
    return urls.pathToFileURL(modules.createRequire(from).resolve(PACKAGE)).href
  } catch {
    return undefined
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
}

type Import = (specifier: string) => Promise<Dawn>

const importModule: Import = (specifier) => import(/* webpackIgnore: true */ /* @vite-ignore */ specifier)

/** The package beside this one, or, for a program that was bundled away from it, in the working directory. */
async function load(process: Node, importer: Import): Promise<Dawn | undefined> {
  try {
    return await importer(PACKAGE)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  const url = locate(process)
  return url === undefined ? undefined : importer(url)
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Starts Dawn, if the package can be found and runs here. */
export async function startDawn(process: Node, importer = importModule): Promise<FoundGpu> {
  try {
    const dawn = await load(process, importer)
    return dawn === undefined ? { reason: INSTALL } : { gpu: dawn.create(TOGGLES) }
  } catch (error) {
    return { reason: `the package "webgpu" does not start here: ${messageOf(error)}` }
  }
}

export async function findGpu(): Promise<FoundGpu> {
  const { navigator, isSecureContext } = globalThis
  if (navigator?.gpu !== undefined) return { gpu: navigator.gpu }
  const process = node()
  if (process === undefined) {
    return {
      reason:
        isSecureContext === false
          ? 'the page is not a secure context: serve it over https, or from localhost'
          : 'this browser has no WebGPU',
    }
  }
  const shared = globalThis as Shared
  shared[KEY] ??= startDawn(process)
  return shared[KEY]
}
