/**
 * `configure()`: one call that chooses the backend and the seed for everything that follows.
 */
import {
  type Availability,
  type BackendChoice,
  BackendError,
  type BackendFactory,
  type BackendOptions,
  type BackendPreference,
  createBackend,
  registerBackendFamily,
  registeredBackends,
} from '@nabla/backend'
import { setDefaultBackend, setSeed } from '@nabla/core'
import { type Configuration, resolveConfiguration } from './configuration.js'
import { registerOwnBackends } from './own-backends.js'
import { workerBackendFactory } from './worker-backend.js'

export interface ConfigureOptions {
  /** What the user asked for on the command line; wins over everything else. */
  readonly flags?: Configuration
  /** Where to look for `nabla.config.json` from; default: the working directory. */
  readonly folder?: string
}

export interface Configured extends BackendChoice {
  readonly seed: number | undefined
  /** One sentence: the backend, what asked for it, and why others were passed over. */
  readonly description: string
}

/** The first of a preference that can be had; an error tells who asked for it, since that may be far from the code. */
async function choose(
  preference: BackendPreference,
  options: BackendOptions,
  source: string | undefined,
): Promise<BackendChoice> {
  try {
    return await createBackend(preference, options)
  } catch (error) {
    if (error instanceof BackendError && source !== undefined)
      error.message += ` It was asked for by ${source}.`
    throw error
  }
}

/**
 * Chooses the default backend and seeds the default random generator. Settings come, in rising priority, from the
 * argument, `nabla.config.json`, the environment, and `flags`.
 *
 * @throws BackendError when a backend was asked for by name and can't be had, or none can.
 * @example
 * await configure({ backend: ['webgpu', 'wasm', 'cpu'], seed: 42 })
 */
export async function configure(
  program: Configuration = {},
  options: ConfigureOptions = {},
): Promise<Configured> {
  registerOwnBackends()
  registerBackendFamily('worker', workerBackendFactory)
  const {
    backend: preference = 'auto',
    seed,
    threads,
    allowSoftware,
    backendSource,
  } = resolveConfiguration(program, options.flags ?? {}, options.folder)
  const given: BackendOptions = {
    ...(threads !== undefined && { threads }),
    ...(allowSoftware !== undefined && { allowSoftware }),
  }
  const choice = await choose(preference, given, backendSource)
  setDefaultBackend(choice.backend)
  if (seed !== undefined) setSeed(seed)
  const passed = choice.passedOver
    .map(({ name, reason }) => `; "${name}" was passed over: ${reason}`)
    .join('')
  const { name, capabilities } = choice.backend
  const chosen = backendSource === undefined ? 'the default' : `chosen by ${backendSource}`
  const description = `${name} (${capabilities.description}), ${chosen}${passed}`
  return { ...choice, seed, description }
}

async function probe(factory: BackendFactory, options: BackendOptions): Promise<Availability> {
  try {
    return (await factory.probe?.(options)) ?? { available: true }
  } catch (error) {
    return { available: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

/** A backend by name, and whether it can be had here. */
export interface BackendDescription {
  readonly name: string
  readonly available: boolean
  /** Why it can't be had, else `available`. */
  readonly reason: string
  /** Lines about the device that it would run on, where there is something to say: adapter, limits, features. */
  readonly details: readonly string[]
}

/**
 * What there is, the most preferred first: every registered backend, whether it can be had here, and why not.
 *
 * @param options with which they would be made
 */
export async function describeBackends(options: BackendOptions = {}): Promise<BackendDescription[]> {
  registerOwnBackends()
  return Promise.all(
    registeredBackends().map(async (factory) => {
      const found = await probe(factory, options)
      return {
        name: factory.name,
        available: found.available,
        reason: found.available ? 'available' : found.reason,
        details: found.details ?? [],
      }
    }),
  )
}

/** The names of all backends, the most preferred first, without looking whether they can be had. */
export function backendNames(): string[] {
  registerOwnBackends()
  return registeredBackends().map(({ name }) => name)
}
