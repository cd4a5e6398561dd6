/**
 * The backends as the page offers them: every registered one by name, `auto`, wasm with one thread beside wasm with all of
 * them, and WebGPU in software where there is nothing better. Each is made once.
 */
import { type Backend, configure, describeBackends } from 'nabla'
import type { BackendOption } from '../protocol.js'

/** The one backend of which there are two forms: name of the first, for one thread, by the suffix. */
const THREADED = 'wasm'
const SINGLE = '-1'
/** What a name ends with that stands for a GPU that software imitates. */
const SOFTWARE = '-software'

/** Why there can be only one thread; nothing where there can be several. */
function whySingle(): string | undefined {
  if (!globalThis.crossOriginIsolated)
    return 'the page is not cross-origin isolated (headers COOP and COEP), so threads can’t share memory'
  return navigator.hardwareConcurrency > 1 ? undefined : 'this machine has one core'
}

/** Names of backends that can be had in software only. */
async function softwareNames(missing: readonly string[]): Promise<readonly string[]> {
  if (missing.length === 0) return []
  const all = await describeBackends({ allowSoftware: true })
  return all.filter(({ name, available }) => available && missing.includes(name)).map(({ name }) => name)
}

export async function backendOptions(): Promise<BackendOption[]> {
  const options: BackendOption[] = [{ id: 'auto', name: 'auto', available: true, reason: '' }]
  const described = await describeBackends()
  const missing = described.filter(({ available }) => !available).map(({ name }) => name)
  const inSoftware = await softwareNames(missing)
  for (const { name, available, reason } of described) {
    if (name !== THREADED) {
      options.push({ id: name, name, available, reason })
      if (inSoftware.includes(name)) options.push(softwareOption(name))
      continue
    }
    const single = whySingle()
    const isThreaded = available && single === undefined
    options.push(
      { id: name, name, available: isThreaded, reason: available ? (single ?? reason) : reason },
      { id: `${name}${SINGLE}`, name, threads: 1, available, reason },
    )
  }
  return options
}

const made = new Map<string, Promise<Backend>>()

/** To look at, not to compare with: it is far slower than the rest. */
const softwareOption = (name: string): BackendOption => ({
  id: `${name}${SOFTWARE}`,
  name,
  available: true,
  isSoftware: true,
  reason: '',
})

/** What an option asks of `configure`. */
function configurationOf(id: string): { backend: string; threads?: number; allowSoftware?: boolean } {
  if (id === `${THREADED}${SINGLE}`) return { backend: THREADED, threads: 1 }
  if (id.endsWith(SOFTWARE)) return { backend: id.slice(0, -SOFTWARE.length), allowSoftware: true }
  return { backend: id }
}

async function make(id: string): Promise<Backend> {
  return (await configure(configurationOf(id))).backend
}

/** The backend of an option. */
export function backendOf(id: string): Promise<Backend> {
  const known = made.get(id)
  if (known !== undefined) return known
  const backend = make(id)
  made.set(id, backend)
  // One that could not be made is tried again.
  backend.catch(() => made.delete(id))
  return backend
}

/** A backend in a few words: its name, and its threads where there are several. */
export function labelOf({ name, capabilities: { threads } }: Backend): string {
  return threads > 1 ? `${name} × ${threads}` : name
}
