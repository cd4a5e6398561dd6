import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  add,
  configure,
  createCpuBackend,
  createNullBackend,
  defaultBackend,
  describeBackends,
  normal,
  registerBackend,
  tensor,
} from './index.js'

let folder: string

// Registered for this file only: test files don't share modules.
registerBackend({
  name: 'absent',
  priority: -1,
  probe: () => ({ available: false, reason: 'there is no such device' }),
  create: () => createCpuBackend(),
})
registerBackend({
  name: 'broken',
  priority: -2,
  probe: () => {
    throw new Error('the probe fell over')
  },
  create: () => createCpuBackend(),
})
registerBackend({
  name: 'failing',
  priority: -3,
  create: () => {
    throw new Error('the driver is too old')
  },
})
registerBackend({ name: 'null', priority: -4, create: () => createNullBackend() })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-configure-'))
  for (const name of ['NABLA_BACKEND', 'NABLA_SEED', 'NABLA_THREADS']) vi.stubEnv(name, '')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

async function errorOf(action: Promise<unknown>): Promise<string> {
  const thrown: unknown = await action.then(
    () => 'no error',
    (error: unknown) => error,
  )
  return String(thrown).replaceAll(folder, '<folder>')
}

test('without configure, tensors live on the cpu backend', async () => {
  const sum = add(tensor([1, 2]), tensor([3, 4]))
  expect(sum.backend.name).toBe('cpu')
  expect(await sum.array()).toEqual([4, 6])
})

describe('choosing', () => {
  test("'auto' takes the best that can be had", async () => {
    const { backend, description, passedOver, seed } = await configure({}, { folder })
    expect(backend).toBe(defaultBackend())
    expect(passedOver).toEqual([])
    expect(seed).toBeUndefined()
    expect(description).toMatch(/^wasm \(WebAssembly with 128-bit SIMD.*\), the default$/)
  })

  test('a preference passes over what cannot be had, and says why', async () => {
    const preference = ['absent', 'failing', 'abacus', 'null', 'cpu']
    const { backend, passedOver, description } = await configure({ backend: preference }, { folder })
    expect(backend.name).toBe('null')
    expect(passedOver).toEqual([
      { name: 'absent', reason: 'there is no such device' },
      { name: 'failing', reason: 'the driver is too old' },
      { name: 'abacus', reason: 'no backend of this name is registered' },
    ])
    expect(description).toMatch(
      /^null \(.+\), chosen by the program; "absent" was passed over: there is no such device; "failing" was/,
    )
    expect(tensor([1]).backend).toBe(backend)
  })

  test('one that is asked for by name and cannot be had is an error', async () => {
    const before = defaultBackend()
    expect(await errorOf(configure({ backend: 'abacus' }, { folder }))).toMatchInlineSnapshot(
      `"BackendError: createBackend: expected a backend that can be had (registered: wasm, cpu, absent, broken, failing, null); received "abacus": no backend of this name is registered. Fix: choose 'auto' or one of the registered names, or register the backend first with registerBackend(factory). It was asked for by the program."`,
    )
    expect(await errorOf(configure({}, { folder, flags: { backend: 'absent' } }))).toMatchInlineSnapshot(
      `"BackendError: createBackend: expected a backend that can be had (registered: wasm, cpu, absent, broken, failing, null); received "absent": there is no such device. Fix: choose 'auto' or one of the registered names, or register the backend first with registerBackend(factory). It was asked for by the command line."`,
    )
    vi.stubEnv('NABLA_BACKEND', 'failing,broken')
    expect(await errorOf(configure({}, { folder }))).toMatchInlineSnapshot(
      `"BackendError: createBackend: expected a backend that can be had (registered: wasm, cpu, absent, broken, failing, null); received "failing": the driver is too old; "broken": the probe fell over. Fix: choose 'auto' or one of the registered names, or register the backend first with registerBackend(factory). It was asked for by the environment variable NABLA_BACKEND."`,
    )
    vi.stubEnv('NABLA_BACKEND', '')
    await writeFile(join(folder, 'nabla.config.json'), '{ "backend": [] }')
    expect(await errorOf(configure({}, { folder }))).toMatchInlineSnapshot(
      `"BackendError: createBackend: expected a backend that can be had (registered: wasm, cpu, absent, broken, failing, null); received an empty list of names. Fix: choose 'auto' or one of the registered names, or register the backend first with registerBackend(factory). It was asked for by <folder>/nabla.config.json."`,
    )
    expect(defaultBackend()).toBe(before)
  })

  test('the seed decides what is drawn', async () => {
    const draw = async (seed: number) => {
      await configure({ backend: 'cpu', seed }, { folder })
      return normal([4]).array()
    }
    expect(await draw(7)).toEqual(await draw(7))
    expect(await draw(7)).not.toEqual(await draw(8))
  })
})

test('describeBackends lists all, the most preferred first, with reasons', async () => {
  expect(await describeBackends()).toEqual([
    { name: 'wasm', available: true, reason: 'available' },
    { name: 'cpu', available: true, reason: 'available' },
    { name: 'absent', available: false, reason: 'there is no such device' },
    { name: 'broken', available: false, reason: 'the probe fell over' },
    { name: 'failing', available: true, reason: 'available' },
    { name: 'null', available: true, reason: 'available' },
  ])
})

describe('two backends side by side', () => {
  test('each computes with its own tensors, and to() moves', async () => {
    await configure({ backend: 'cpu' }, { folder })
    const other = createCpuBackend()
    const here = tensor([1, 2])
    const there = tensor([10, 20], { backend: other })
    expect(there.backend).toBe(other)
    expect(add(there, there).backend).toBe(other)
    const moved = await there.to(here.backend)
    expect(moved.backend).toBe(here.backend)
    expect(await add(here, moved).array()).toEqual([11, 22])
  })

  test('mixing them is an error that says so', async () => {
    await configure({ backend: 'cpu' }, { folder })
    const here = tensor([1, 2])
    const there = tensor([10, 20], { backend: createNullBackend() })
    const mixing = Promise.resolve().then(() => add(here, there))
    expect(await errorOf(mixing)).toMatchInlineSnapshot(
      `"BackendError: add: expected all tensors on one backend; received tensors on "cpu" and "null". Fix: move one of them first: await tensor.to(backend)."`,
    )
  })
})
