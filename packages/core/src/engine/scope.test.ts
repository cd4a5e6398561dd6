import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'

type Core = typeof import('../index.js')

/** Every platform has one of these: Node with AsyncLocalStorage, browsers without. */
describe.each(['with', 'without'] as const)('scope %s AsyncLocalStorage', (mode) => {
  let core: Core

  let base = 0

  beforeAll(async () => {
    vi.resetModules()
    if (mode === 'without') vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    core = await import('../index.js')
    core.setDefaultBackend(createCpuBackend())
    // The platform is looked at once, when the first scope opens.
    core.scope(() => 0)
    vi.restoreAllMocks()
  })
  beforeEach(() => {
    base = 0
    base = live()
  })

  const pause = (milliseconds = 1): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, milliseconds))
  /** Tensors made in a test and not freed by anyone but the garbage collector. */
  const live = (): number => core.memory().tensors + core.memory().leaked - base

  test('frees what is made in it but not returned', async () => {
    const result = core.scope(() => core.ones([2]).add(1).mul(3))
    expect(live()).toBe(1)
    expect(await result.array()).toEqual([6, 6])
  })

  test('finds results in arrays, objects, maps and sets', () => {
    const result = core.scope(() => {
      const [a, b, c, d] = [1, 2, 3, 4].map((value) => core.full([1], value))
      return { list: [a, [b]], map: new Map([['c', c]]), set: new Set([d]), number: 1, nothing: null }
    })
    expect(live()).toBe(4)
    expect(result.number).toBe(1)
  })

  test('hands its results to the outer scope', () => {
    core.scope(() => {
      const inner = core.scope(() => core.ones([2]).add(1))
      expect(live()).toBe(1)
      expect(inner.isDisposed).toBe(false)
    })
    expect(live()).toBe(0)
  })

  test('leaves alone what was kept, put into a variable, or made outside', () => {
    const outside = core.ones([1])
    let kept = outside
    const variable = core.scope(() => {
      kept = core.ones([1]).keep()
      outside.add(kept)
      return new core.Variable(core.zeros([1]))
    })
    expect(live()).toBe(3)
    expect([outside, kept, variable.value].every((each) => !each.isDisposed)).toBe(true)
  })

  test('ends when its function fails', async () => {
    const fail = (): never => {
      core.ones([1])
      throw new Error('failed')
    }
    expect(() => core.scope(fail)).toThrow('failed')
    await expect(core.scope(async () => fail())).rejects.toThrow('failed')
    expect(live()).toBe(0)
  })

  test('works across await', async () => {
    const result = await core.scope(async () => {
      const x = core.ones([2])
      await pause()
      const y = x.add(1)
      await y.data()
      return y.mul(y)
    })
    expect(live()).toBe(1)
    expect(await result.array()).toEqual([4, 4])
  })

  test('keeps two that run at once apart', async () => {
    const run = (value: number, milliseconds: number): Promise<[unknown, number]> =>
      core.scope(async () => {
        let x = core.full([2], value).add(0)
        for (let i = 0; i < 4; i++) {
          await pause(milliseconds)
          x = x.add(value)
        }
        const before = live()
        return [await x.array(), before] as [unknown, number]
      })
    const [[quick, during], [slow]] = await Promise.all([run(1, 1), run(10, 8)])
    expect([quick, slow]).toEqual([
      [5, 5],
      [50, 50],
    ])
    expect(during).toBeGreaterThan(6)
    expect(live()).toBe(0)
  })

  test('does not own what runs beside it', async () => {
    const scoped = core.scope(async () => {
      core.ones([1])
      await pause(5)
    })
    const beside = core.ones([3]).add(1)
    await scoped
    expect(await beside.array()).toEqual([2, 2, 2])
  })

  test('leaves alone what goes on after it ended', async () => {
    let late: Promise<unknown> = Promise.resolve()
    core.scope(() => {
      const x = core.ones([2]).keep()
      late = pause().then(() => x.add(1).array())
    })
    expect(await late).toEqual([2, 2])
  })

  test('inside a gradient it leaves the graph what it needs, and nothing is left afterwards', async () => {
    const x = core.tensor([1, 2])
    type Vector = typeof x
    const gradient = core.grad((y: Vector) =>
      core.scope(() =>
        core
          .scope(() => y.exp().log())
          .square()
          .sum(),
      ),
    )(x)
    expect((await gradient.data()).map((value) => Math.round(value * 1e5) / 1e5)).toEqual(
      Float32Array.of(2, 4),
    )
    expect(live()).toBe(2)
  })

  test.runIf(mode === 'with')('hands the results of a scope after an await to the outer one', async () => {
    await core.scope(async () => {
      await pause()
      core.scope(() => core.ones([1]))
      expect(live()).toBe(1)
    })
    expect(live()).toBe(0)
  })

  test('ends gradient computations in it', async () => {
    await core.scope(async () => {
      const x = core.ones([2])
      core.valueAndGrad((y: typeof x) => y.square().sum())(x)
      await pause()
      core.valueAndGrad((y: typeof x) => y.square().sum())(x)
      expect(live()).toBe(5)
    })
    expect(live()).toBe(0)
  })
})
