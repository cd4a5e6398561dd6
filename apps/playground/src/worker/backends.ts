/**
 * The backends as the page offers them: every registered one by name, `auto`, and wasm with one thread beside wasm with
 * all of them. Each is made once.
 */
import { type Backend, configure, describeBackends } from 'nabla'
import type { BackendOption } from '../protocol.js'

/** The one backend of which there are two forms: name of the first, for one thread, by the suffix. */
const THREADED = 'wasm'
const SINGLE = '-1'

/** Why there can be only one thread; nothing where there can be several. */
function whySingle(): string | undefined {
  if (!globalThis.crossOriginIsolated)
    return 'the page is not cross-origin isolated (headers COOP and COEP), so threads can’t share memory'
  return navigator.hardwareConcurrency > 1 ? undefined : 'this machine has one core'
}

export async function backendOptions(): Promise<BackendOption[]> {
  const options: BackendOption[] = [{ id: 'auto', name: 'auto', available: true, reason: '' }]
  for (const { name, available, reason } of await describeBackends()) {
    if (name !== THREADED) {
      options.push({ id: name, name, available, reason })
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

async function make(id: string): Promise<Backend> {
  const isSingle = id === `${THREADED}${SINGLE}`
  const configuration = isSingle ? { backend: THREADED, threads: 1 } : { backend: id }
  return (await configure(configuration)).backend
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
