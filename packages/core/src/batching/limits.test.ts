import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { customGradient, grad, hessian, jacobian, valueAndGrad } from '../autograd/index.js'
import { setDefaultBackend } from '../engine/default-backend.js'
import { scope } from '../engine/scope.js'
import { memory } from '../engine/storage.js'
import { ones, tensor, zeros } from '../ops/creation/index.js'
import { softmax } from '../ops/reduction/index.js'
import type { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { vmap } from './vmap.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

describe('vmap explains', () => {
  test('batches of different lengths', () => {
    const add = (a: Tensor, { b }: { b: Tensor }): Tensor => a.add(b)
    expect(() => vmap(add)(ones([3, 2]), { b: ones([4, 2]) })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: vmap: expected batches of one length, 3 as argument 0 has; received 4, axis 0 of argument 1.b [4,2]. Fix: give all mapped arguments the same number of examples, or null in inAxes to those that are the same for every example.]`,
    )
  })

  test('that nothing is mapped', () => {
    const identity = (x: Tensor): Tensor => x
    expect(() => vmap(identity, { inAxes: [null] })(ones([2]))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: vmap: expected at least one tensor to map over, with at least one example; received none. Fix: pass a tensor whose axis inAxes names, or call the function itself.]`,
    )
    expect(() => vmap((x: number) => x)(3)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: vmap: expected at least one tensor to map over, with at least one example; received none. Fix: pass a tensor whose axis inAxes names, or call the function itself.]`,
    )
    expect(() => vmap(identity)(zeros([0, 2]))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: vmap: expected at least one tensor to map over, with at least one example; received an empty batch in argument 0. Fix: pass a tensor whose axis inAxes names, or call the function itself.]`,
    )
  })

  test('axes that are not there', () => {
    const identity = (x: Tensor): Tensor => x
    expect(() => vmap(identity, { inAxes: 2 })(ones([3, 2]))).toThrowErrorMatchingInlineSnapshot(
      `[AxisError: vmap, argument 0: expected an axis from -2 to 1; received axis 2 for a tensor of 2 dimensions. Fix: count axes from 0, or from -1 backwards.]`,
    )
    expect(() => vmap(identity)(ones([]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: vmap: expected a batch axis in argument 0; received a scalar. Fix: pass null for this argument in inAxes if it is the same for every example.]`,
    )
    expect(() => vmap(identity, { inAxes: [0, 0] })(ones([2]))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: vmap: expected one entry of inAxes per argument, 1 in all; received 2. Fix: give one number for all arguments, or an array with a number or null for each.]`,
    )
    expect(() => vmap(identity, { outAxes: -3 })(ones([3, 2]))).toThrowErrorMatchingInlineSnapshot(
      `[AxisError: vmap, outAxes of result: expected an axis from -2 to 1; received axis -3 for a tensor of 2 dimensions. Fix: count axes from 0, or from -1 backwards.]`,
    )
  })

  test('that values cannot be read inside', async () => {
    const reading = (read: (x: Tensor) => unknown) => (): unknown =>
      vmap((x: Tensor) => read(x))(ones([3, 2]))
    expect(reading((x) => x.dataSync())).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: dataSync: expected a tensor with values of its own; received one that stands for all 3 examples of a vmap: float32 [2] each. Fix: return it from the function and do this with the result of vmap, reduced over the batch where one value is needed, or compute it outside of vmap.]`,
    )
    const reads: Record<string, (x: Tensor) => Promise<unknown>> = {
      data: (x) => x.data(),
      array: (x) => x.array(),
      item: (x) => x.item(),
      print: (x) => x.print(),
      to: (x) => x.to(createCpuBackend()),
    }
    for (const [name, read] of Object.entries(reads)) {
      const promises: Promise<unknown>[] = []
      vmap((x: Tensor) => void promises.push(read(x)))(ones([3, 1]))
      await expect(promises[0]).rejects.toThrow(`${name}: expected a tensor with values of its own`)
    }
    expect(reading((x) => x.keep())).toThrow('keep: expected a tensor with values of its own')
    expect(vmap((x: Tensor) => [x.toString()])(ones([3, 2]))).toEqual([
      'Tensor<[2], float32> for each of the 3 examples of a vmap',
    ])
  })

  test('async functions', () => {
    const read = async (x: Tensor): Promise<Tensor> => x
    expect(() => vmap(read)(ones([2]))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: vmap: expected a function that returns at once; received an async function. Fix: read values (await …) outside of the function, from what vmap returns.]`,
    )
  })

  test('an assignment of a batched value', () => {
    const mean = new Variable(zeros([2]), { name: 'mean' })
    expect(() =>
      vmap((x: Tensor) => {
        mean.assign(x)
        return x
      })(ones([3, 2])),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: assign to "mean": expected a tensor with values of its own; received one that stands for all 3 examples of a vmap: float32 [2] each. Fix: return it from the function and do this with the result of vmap, reduced over the batch where one value is needed, or compute it outside of vmap.]`,
    )
    vmap((x: Tensor) => {
      mean.assign(mean.value.add(1))
      return x
    })(ones([3, 2]))
    expect(mean.value.dataSync()).toEqual(Float32Array.of(1, 1))
  })

  test('tensors that left the function', () => {
    let leaked: Tensor | undefined
    const leak = (x: Tensor): Tensor => {
      leaked = x.mul(2)
      return x
    }
    vmap(leak)(ones([3, 2]))
    expect(() => leaked?.add(1)).toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: add: expected a live tensor; received a freed one: float32 [2] made by mul; it was freed when vmap returned. Fix: use it earlier, return it from the scope or function that it was made in, or call keep() on it (reportLeaks records where tensors are made).]`,
    )
    grad((x: Tensor) => {
      vmap(leak)(x)
      expect(() => leaked?.add(1)).toThrowErrorMatchingInlineSnapshot(
        `[ValueError: add: expected a tensor with values of its own; received one that stands for all 3 examples of a vmap: float32 [2] each. Fix: return it from the function and do this with the result of vmap, reduced over the batch where one value is needed, or compute it outside of vmap.]`,
      )
      expect(() => vmap((y: Tensor) => y.add(leaked as Tensor))(x)).toThrowErrorMatchingInlineSnapshot(
        `[ValueError: add: expected tensors of the function that vmap runs now; received one from inside of a vmap that has returned. Fix: return it from the function given to vmap, and use the result.]`,
      )
      return x.sum()
    })(ones([3, 2]))
  })
})

describe('memory stays flat', () => {
  /** Tensors that nobody but the garbage collector freed count as live. */
  const live = (): number[] => [memory().tensors + memory().leaked, memory().bytes]

  const curved = (x: Tensor): Tensor => softmax(x.mul(x)).mul(x.sin()).sum()
  const custom = customGradient(
    (y: Tensor) => y.mul(2),
    (cotangent) => cotangent.mul(2),
  )

  test.each<[string, (x: Tensor) => Tensor]>([
    ['vmap', vmap(curved)],
    ['vmap of grad', vmap(grad(curved))],
    ['vmap of hessian', vmap(hessian(curved))],
    ['vmap of vmap', vmap(vmap((x: Tensor) => x.exp().mul(2)))],
    ['vmap of what is repeated', vmap((_x: Tensor) => ones([3]).mul(2))],
    ['vmap of an argument', vmap((x: Tensor) => x)],
    ['vmap of scope', vmap((x: Tensor) => scope(() => x.exp().mul(2)))],
    [
      'vmap of disposed',
      vmap((x: Tensor) => {
        const y = x.exp()
        const z = y.mul(2)
        y.dispose()
        return z
      }),
    ],
    ['grad of vmap', grad((x: Tensor) => vmap(curved)(x).sum())],
    [
      'grad of vmap of disposed',
      grad((x: Tensor) =>
        vmap((y: Tensor) => {
          const z = y.exp()
          const r = z.mul(x)
          z.dispose()
          return r
        })(x).sum(),
      ),
    ],
    ['grad of vmap of grad', grad((x: Tensor) => vmap(grad(curved))(x).sum())],
    ['grad of vmap of a gradient by hand', grad((x: Tensor) => vmap(custom)(x).sum())],
    ['jacobian of vmap', jacobian((x: Tensor) => vmap(curved)(x))],
  ])('of %s', (_name, run) => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    run(x).dispose()
    const before = live()
    for (let i = 0; i < 3; i++) run(x).dispose()
    expect(live()).toEqual(before)
    expect(x.isDisposed).toBe(false)
  })

  test('where the function fails', () => {
    const x = ones([2, 3])
    const before = live()
    const fails = (y: Tensor): Tensor =>
      vmap((each: Tensor): Tensor => {
        each.exp()
        throw new RangeError('own')
      })(y)
    expect(() => fails(x)).toThrow('own')
    expect(() => grad(fails)(x)).toThrow('own')
    expect(live()).toEqual(before)
    expect(x.add(1).shape).toEqual([2, 3])
  })

  test('and results belong to the surrounding scope', () => {
    const x = ones([2, 3])
    const results = scope(() => {
      const inner = vmap(valueAndGrad(curved))(x)
      return { kept: inner.value, lost: [inner.gradient].map((each) => () => each.isDisposed) }
    })
    expect(results.kept.isDisposed).toBe(false)
    expect(results.lost[0]?.()).toBe(true)
  })
})
