import { afterEach, describe, expect, it } from 'vitest'
import type { Backend } from './backend.js'
import { BackendError } from './errors.js'
import { createNullBackend } from './null-backend.js'
import {
  type BackendFactory,
  createBackend,
  registerBackend,
  registeredBackends,
  unregisterBackend,
} from './registry.js'

const made = new Map<string, Backend>()

function factory(name: string, priority: number, rest: Partial<BackendFactory> = {}): BackendFactory {
  const create = (): Backend => {
    const backend = { ...createNullBackend(), name }
    made.set(name, backend)
    return backend
  }
  return { name, priority, create, ...rest }
}

afterEach(() => {
  for (const { name } of registeredBackends()) unregisterBackend(name)
  made.clear()
})

describe('the registry', () => {
  it('is empty to begin with: nothing registers itself', () => {
    expect(registeredBackends()).toEqual([])
  })

  it('lists the most preferred first, and lets a name be registered again', () => {
    registerBackend(factory('slow', 1))
    registerBackend(factory('fast', 9))
    expect(registeredBackends().map(({ name }) => name)).toEqual(['fast', 'slow'])
    registerBackend(factory('slow', 10))
    expect(registeredBackends().map(({ name }) => name)).toEqual(['slow', 'fast'])
  })
})

describe('createBackend', () => {
  it('takes the highest priority that can be had, and says why others could not', async () => {
    registerBackend(factory('cpu', 1))
    registerBackend(
      factory('gpu', 9, { probe: () => ({ available: false, reason: 'no adapter was found' }) }),
    )
    registerBackend(factory('broken', 5, { create: () => Promise.reject(new Error('out of luck')) }))
    const { backend, passedOver } = await createBackend()
    expect(backend).toBe(made.get('cpu'))
    expect(passedOver).toEqual([
      { name: 'gpu', reason: 'no adapter was found' },
      { name: 'broken', reason: 'out of luck' },
    ])
  })

  it('lets software be taken by name, never by auto', async () => {
    const asked: unknown[] = []
    registerBackend(
      factory('gpu', 9, {
        probe: (options) => {
          asked.push(options)
          return { available: true }
        },
      }),
    )
    await createBackend('gpu', { allowSoftware: true, threads: 2 })
    await createBackend('auto', { allowSoftware: true })
    expect(asked).toEqual([{ allowSoftware: true, threads: 2 }, { allowSoftware: false }])
  })

  it('goes through a list in its own order', async () => {
    registerBackend(factory('a', 1))
    registerBackend(factory('b', 2))
    const { backend, passedOver } = await createBackend(['missing', 'a', 'b'])
    expect(backend.name).toBe('a')
    expect(passedOver).toEqual([{ name: 'missing', reason: 'no backend of this name is registered' }])
  })

  it('waits for probes and factories, and passes options on', async () => {
    let threads: number | undefined
    const probe = async () => ({ available: true }) as const
    registerBackend(
      factory('late', 1, {
        probe,
        create: async (options) => {
          threads = options.threads
          return createNullBackend()
        },
      }),
    )
    await createBackend('late', { threads: 3 })
    expect(threads).toBe(3)
  })

  it('a name that cannot be had is an error with the reason', async () => {
    registerBackend(
      factory('gpu', 9, { probe: () => ({ available: false, reason: 'no adapter was found' }) }),
    )
    await expect(createBackend('gpu')).rejects.toThrow(BackendError)
    await expect(createBackend('gpu')).rejects.toThrowErrorMatchingInlineSnapshot(
      `[BackendError: createBackend: expected a backend that can be had (registered: gpu); received "gpu": no adapter was found. Fix: choose 'auto' or one of the registered names, or register the backend first with registerBackend(factory).]`,
    )
    await expect(createBackend('wasm')).rejects.toThrow(/"wasm": no backend of this name is registered/)
  })

  it('nothing registered is an error too', async () => {
    await expect(createBackend()).rejects.toThrow(/registered: none.*an empty list of names/)
  })
})
