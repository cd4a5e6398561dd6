/**
 * The open registry of backends: anyone may add one, and nothing here names a concrete backend.
 */
import type { Backend } from './backend.js'
import { BackendError } from './errors.js'

export interface BackendOptions {
  readonly threads?: number
  /** Whether a GPU may be one that software imitates, slower than the processor itself: for tests. `auto` never takes one. */
  readonly allowSoftware?: boolean
}

/** Whether a backend can be had; details are lines about the device, if there is one. */
export type Availability =
  | { readonly available: true; readonly details?: readonly string[] }
  | { readonly available: false; readonly reason: string; readonly details?: readonly string[] }

/** How to find out whether a backend can be had, and how to make one. */
export interface BackendFactory {
  readonly name: string
  /** `auto` tries the highest first. */
  readonly priority: number
  /** Whether it can be had here; default yes. The reason is a phrase for people. */
  probe?(options?: BackendOptions): Availability | Promise<Availability>
  create(options: BackendOptions): Backend | Promise<Backend>
}

const factories = new Map<string, BackendFactory>()
const families = new Map<string, (rest: string) => BackendFactory>()

/**
 * Makes a backend known by name; a later registration under the same name replaces it.
 *
 * @example registerBackend({ name: 'mine', priority: 5, create: () => createMyBackend() })
 */
export function registerBackend(factory: BackendFactory): void {
  factories.set(factory.name, factory)
}

export function unregisterBackend(name: string): void {
  factories.delete(name)
}

/**
 * Makes all names known that begin with `prefix:`, for example those of other backends in a worker. `'auto'` passes over them.
 *
 * @example registerBackendFamily('profiled', (name) => ({ name: `profiled:${name}`, priority: 0, create: … }))
 */
export function registerBackendFamily(prefix: string, factoryOf: (rest: string) => BackendFactory): void {
  families.set(prefix, factoryOf)
}

function factoryOf(name: string): BackendFactory | undefined {
  const colon = name.indexOf(':')
  const family = colon < 0 ? undefined : families.get(name.slice(0, colon))
  return factories.get(name) ?? family?.(name.slice(colon + 1))
}

/** Registered factories, the most preferred first. */
export function registeredBackends(): BackendFactory[] {
  return [...factories.values()].sort((a, b) => b.priority - a.priority)
}

/** `'auto'`, one name, or names in order of preference. */
export type BackendPreference = string | readonly string[]

export interface BackendChoice {
  readonly backend: Backend
  /** Why each more preferred one was passed over. */
  readonly passedOver: readonly { readonly name: string; readonly reason: string }[]
}

async function tryCreate(factory: BackendFactory, options: BackendOptions): Promise<Backend | string> {
  try {
    const availability = (await factory.probe?.(options)) ?? { available: true }
    return availability.available ? await factory.create(options) : availability.reason
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/**
 * The first backend of a preference that can be had. `'auto'` tries all registered ones.
 *
 * @throws BackendError when none can be had, with the reason for each.
 */
export async function createBackend(
  preference: BackendPreference = 'auto',
  options: BackendOptions = {},
): Promise<BackendChoice> {
  const names =
    preference === 'auto'
      ? registeredBackends().map((factory) => factory.name)
      : typeof preference === 'string'
        ? [preference]
        : preference
  const given = preference === 'auto' ? { ...options, allowSoftware: false } : options
  const passedOver: { name: string; reason: string }[] = []
  for (const name of names) {
    const factory = factoryOf(name)
    const result =
      factory === undefined ? 'no backend of this name is registered' : await tryCreate(factory, given)
    if (typeof result !== 'string') return { backend: result, passedOver }
    passedOver.push({ name, reason: result })
  }
  const known = registeredBackends().map((factory) => factory.name)
  throw new BackendError('createBackend', {
    expected: `a backend that can be had (registered: ${known.join(', ') || 'none'})`,
    received:
      passedOver.map(({ name, reason }) => `"${name}": ${reason}`).join('; ') || 'an empty list of names',
    fix: `choose 'auto' or one of the registered names, or register the backend first with registerBackend(factory)`,
  })
}
