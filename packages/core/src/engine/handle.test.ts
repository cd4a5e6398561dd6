import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createCpuBackend } from '@nabla/backend-cpu'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { stopGradient } from '../autograd/index.js'
import { ones, tensor, zeros } from '../ops/creation/index.js'
import { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { breathe } from './breathe.js'
import { defaultBackend, setDefaultBackend, setDefaultBackendFactory } from './default-backend.js'
import { scope } from './scope.js'
import { type LeakReport, memory, reportLeaks } from './storage.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))
afterEach(() => reportLeaks(undefined))

describe('disposal', () => {
  test('frees once, and views share what they are views of', async () => {
    const before = memory()
    const x = ones([4])
    const view = x.reshape([2, 2])
    expect(memory()).toMatchObject({ tensors: before.tensors + 2, bytes: before.bytes + 16 })
    x.dispose()
    x.dispose()
    expect(memory()).toMatchObject({ tensors: before.tensors + 1, bytes: before.bytes + 16 })
    expect(await view.array()).toEqual([
      [1, 1],
      [1, 1],
    ])
    view.dispose()
    expect(memory()).toMatchObject({ tensors: before.tensors, bytes: before.bytes })
    expect(memory().peakBytes).toBeGreaterThanOrEqual(before.bytes + 16)
  })

  test('comes at the end of the block with using', () => {
    const before = memory().tensors
    {
      using x = ones([4])
      using w = new Variable(zeros([2]))
      expect(x.size + w.size).toBe(6)
    }
    expect(memory().tensors).toBe(before)
  })

  test('makes a later use an error that says what was freed, and how', () => {
    const x = tensor([[1, 2]])
    const y = x.add(1)
    y.dispose()
    expect(() => y.mul(2)).toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: mul: expected a live tensor; received a freed one: float32 [1,2] made by add; dispose() was called on it. Fix: use it earlier, return it from the scope or function that it was made in, or call keep() on it (reportLeaks records where tensors are made).]`,
    )
    expect(() => y.reshape([2])).toThrow('reshape: expected a live tensor')
    expect(() => y.keep()).toThrow('keep: expected a live tensor')
    let escaped = x
    scope(() => {
      escaped = x.mul(2)
    })
    expect(() => escaped.add(1)).toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: add: expected a live tensor; received a freed one: float32 [1,2] made by mul; it was freed when the scope that it was made in ended. Fix: use it earlier, return it from the scope or function that it was made in, or call keep() on it (reportLeaks records where tensors are made).]`,
    )
    const w = new Variable(ones([2]), { name: 'w' })
    const old = w.value
    w.assign(zeros([2]))
    expect(() => old.add(1)).toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: add: expected a live tensor; received a freed one: float32 [2] made by ones; it was freed when variable "w" was given a new value. Fix: use it earlier, return it from the scope or function that it was made in, or call keep() on it (reportLeaks records where tensors are made).]`,
    )
  })

  test('says where it was made and freed, when asked to record that', () => {
    reportLeaks(() => {})
    const x = ones([2])
    x.dispose()
    expect(() => x.add(1)).toThrow(
      /tensor made here[\s\S]*handle\.test\.ts[\s\S]*tensor freed here[\s\S]*handle\.test\.ts/,
    )
  })
})

describe('the garbage collector', () => {
  test('frees what nobody did, and reports it', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const leaks: LeakReport[] = []
    reportLeaks((leak) => leaks.push(leak))
    const before = memory()
    const leak = (): void => {
      tensor([1, 2, 3]).square()
    }
    leak()
    expect(memory().tensors).toBe(before.tensors + 2)
    await vi.waitFor(async () => {
      collect()
      await new Promise((resolve) => setImmediate(resolve))
      expect(memory().tensors).toBeLessThanOrEqual(before.tensors)
    })
    expect(leaks.map(({ operation }) => operation)).toContain('square')
    expect(leaks.find(({ operation }) => operation === 'square')?.site).toContain('handle.test.ts')
    expect(memory().leaked).toBeGreaterThan(before.leaked)
  })

  test('gets its turn while values are read in a loop', async () => {
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    }, 1)
    const start = performance.now()
    while (performance.now() - start < 200) await breathe()
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
  })
})

describe('operands', () => {
  test('must be tensors', () => {
    const add = (value: unknown) => () =>
      ones([2])
        .reshape([2])
        .add(value as Tensor)
    const stop = (value: unknown) => () => stopGradient(value as Tensor)
    expect(stop([1, 2])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: stopGradient: expected a tensor; received an array. Fix: make it a tensor first: tensor(values).]`,
    )
    expect(stop(undefined)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: stopGradient: expected a tensor; received undefined. Fix: pass a tensor.]`,
    )
    expect(stop(Promise.resolve(ones([1])))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: stopGradient: expected a tensor; received a promise. Fix: await it first.]`,
    )
    expect(add(undefined)).toThrow('expected')
    expect(() => new Variable(5 as never)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Variable: expected a tensor; received number. Fix: pass a tensor.]`,
    )
  })

  test('must be of this copy of the package', async () => {
    vi.resetModules()
    const other = await import('../index.js')
    const foreign = other.ones([2], { backend: defaultBackend() })
    expect(foreign).not.toBeInstanceOf(Tensor)
    const own = ones([2])
    expect(() => own.add(foreign as never)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: add: expected tensors of one copy of @nabla/core; received a tensor that another copy of the package made. Fix: install one version only: look for a second one with "npm ls @nabla/core", and see that bundles share it.]`,
    )
    expect(() => stopGradient(foreign as never)).toThrow('another copy')
  })
})

describe('the default backend', () => {
  test('is made when it is first needed, and missing is an error that says how to set one', async () => {
    vi.resetModules()
    const fresh = await import('./default-backend.js')
    expect(() => fresh.defaultBackend()).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: defaultBackend: expected a default backend; received none. Fix: import from 'nabla', which brings one, or call setDefaultBackend(createCpuBackend()).]`,
    )
    const backend = createCpuBackend()
    const create = vi.fn(() => backend)
    fresh.setDefaultBackendFactory(create)
    expect([fresh.defaultBackend(), fresh.defaultBackend()]).toEqual([backend, backend])
    expect(create).toHaveBeenCalledTimes(1)
    expect(setDefaultBackendFactory).not.toBe(fresh.setDefaultBackendFactory)
  })
})
