import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  add,
  backendNames,
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
  for (const name of ['BACKEND', 'SEED', 'THREADS', 'ALLOW_SOFTWARE']) vi.stubEnv(`NABLA_${name}`, '')
  stubAdapter(undefined)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  await rm(folder, { recursive: true })
})

/** What a browser would answer who asks for a GPU, whatever there is here: an adapter, or none. */
function stubAdapter(info: object | undefined): void {
  const limits = { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27 }
  const adapter = info && { info, limits, features: new Set() }
  vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => adapter ?? null } })
}

const NO_ADAPTER = 'there is WebGPU, but no GPU that it could use (no adapter)'

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
    expect(passedOver).toEqual([{ name: 'webgpu', reason: NO_ADAPTER }])
    expect(seed).toBeUndefined()
    expect(description).toMatch(
      /^wasm \(WebAssembly with 128-bit SIMD.*\), the default; "webgpu" was passed over: there is WebGPU, but/,
    )
  })

  test("'auto' never takes a software GPU, and who names it is told how to allow it", async () => {
    stubAdapter({ vendor: 'google', architecture: 'swiftshader', isFallbackAdapter: true })
    const { backend, passedOver } = await configure({ allowSoftware: true }, { folder })
    expect(backend.name).toBe('wasm')
    expect(passedOver).toMatchObject([
      { name: 'webgpu', reason: expect.stringMatching(/^only a software adapter/) },
    ])
    expect(await errorOf(configure({}, { folder, flags: { backend: 'webgpu' } }))).toMatch(
      /"webgpu": only a software adapter \(google swiftshader\).+allow it with allowSoftware: true, on a command line --allow-software\. .+ asked for by the command line\.$/,
    )
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
      `"BackendError: createBackend: expected a backend that can be had (registered: webgpu, wasm, cpu, absent, broken, failing, null); received "abacus": no backend of this name is registered. Fix: choose 'auto' or one of the registered names, or register the backend first with registerBackend(factory). It was asked for by the program."`,
    )
    expect(await errorOf(configure({}, { folder, flags: { backend: 'absent' } }))).toMatchInlineSnapshot(
      `"BackendError: createBackend: expected a backend that can be had (registered: webgpu, wasm, cpu, absent, broken, failing, null); received "absent": there is no such device. Fix: choose 'auto' or one of the registered names, or register the backend first with registerBackend(factory). It was asked for by the command line."`,
    )
    vi.stubEnv('NABLA_BACKEND', 'failing,broken')
    expect(await errorOf(configure({}, { folder }))).toMatchInlineSnapshot(
      `"BackendError: createBackend: expected a backend that can be had (registered: webgpu, wasm, cpu, absent, broken, failing, null); received "failing": the driver is too old; "broken": the probe fell over. Fix: choose 'auto' or one of the registered names, or register the backend first with registerBackend(factory). It was asked for by the environment variable NABLA_BACKEND."`,
    )
    vi.stubEnv('NABLA_BACKEND', '')
    await writeFile(join(folder, 'nabla.config.json'), '{ "backend": [] }')
    expect(await errorOf(configure({}, { folder }))).toMatchInlineSnapshot(
      `"BackendError: createBackend: expected a backend that can be had (registered: webgpu, wasm, cpu, absent, broken, failing, null); received an empty list of names. Fix: choose 'auto' or one of the registered names, or register the backend first with registerBackend(factory). It was asked for by <folder>/nabla.config.json."`,
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
    { name: 'webgpu', available: false, reason: NO_ADAPTER, details: [] },
    { name: 'wasm', available: true, reason: 'available', details: [] },
    { name: 'cpu', available: true, reason: 'available', details: [] },
    { name: 'absent', available: false, reason: 'there is no such device', details: [] },
    { name: 'broken', available: false, reason: 'the probe fell over', details: [] },
    { name: 'failing', available: true, reason: 'available', details: [] },
    { name: 'null', available: true, reason: 'available', details: [] },
  ])
  stubAdapter({ vendor: 'nvidia', architecture: 'ampere' })
  expect((await describeBackends())[0]).toMatchObject({
    name: 'webgpu',
    available: true,
    details: [
      'adapter: nvidia ampere',
      expect.stringMatching(/^limits: /),
      expect.stringMatching(/^features: /),
    ],
  })
  stubAdapter({ vendor: 'google', architecture: 'swiftshader' })
  expect((await describeBackends())[0]).toMatchObject({ available: false })
  expect((await describeBackends({ allowSoftware: true }))[0]).toMatchObject({ available: true })
  expect(backendNames()).toEqual(['webgpu', 'wasm', 'cpu', 'absent', 'broken', 'failing', 'null'])
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
