import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { setDefaultBackend } from '../engine/default-backend.js'
import { memory } from '../engine/storage.js'
import { arange, ones, tensor, zeros } from '../ops/creation/index.js'
import type { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { checkpoint, customGradient, grad, stopGradient, valueAndGrad, variableGradients } from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** Tensors that nobody but the garbage collector freed count as live. */
const live = (): number => memory().tensors + memory().leaked

const cube = (x: Tensor): Tensor => x.mul(x).mul(x)

describe('grad', () => {
  test('differentiates', async () => {
    expect(await grad((x: Tensor) => x.square().sum())(tensor([1, 2, 3])).array()).toEqual([2, 4, 6])
    expect(await grad((x: Tensor) => x.exp())(tensor(0)).array()).toBe(1)
  })

  test('sums over what was broadcast, and over all uses', async () => {
    const gradient = grad(({ w, b }: { w: Tensor; b: Tensor }) => w.mul(b).add(b).sum())
    const { w, b } = gradient({ w: ones([2, 3]), b: tensor([[1], [2]]) })
    expect(await w.array()).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ])
    expect(await b.array()).toEqual([[6], [6]])
  })

  test('takes trees, and leaves the other arguments alone', async () => {
    const run = ([a, { b }]: readonly [Tensor, { readonly b: Tensor }], factor: number): Tensor =>
      a.mul(b).mul(factor).sum()
    const [a, { b }] = grad(run)([tensor([1, 2]), { b: tensor([3, 4]) }], 10)
    expect([await a.array(), await b.array()]).toEqual([
      [30, 40],
      [10, 20],
    ])
  })

  test('is zero for what the loss does not depend on', async () => {
    const [used, unused] = grad(([a, _b]: readonly [Tensor, Tensor]) => a.sum())([ones([2]), ones([3])])
    expect(await used.array()).toEqual([1, 1])
    expect(await unused.array()).toEqual([0, 0, 0])
    expect(await grad((_x: Tensor) => tensor(3))(ones([2])).array()).toEqual([0, 0])
  })

  test('gives the argument itself a gradient of its own', async () => {
    const x = tensor(5)
    const { value, gradient } = valueAndGrad((each: Tensor) => each)(x)
    expect([await value.item(), await gradient.item()]).toEqual([5, 1])
    gradient.dispose()
    value.dispose()
    expect(await x.item()).toBe(5)
  })

  test('gives each argument a tensor of its own', async () => {
    const [a, b] = grad(([left, right]: readonly [Tensor, Tensor]) => left.add(right).sum())([
      ones([2]),
      ones([2]),
    ])
    a.dispose()
    expect(await b.array()).toEqual([1, 1])
  })

  test('nests to any order', async () => {
    const x = tensor(2, { dtype: 'float64' })
    expect(await grad(grad(cube))(x).item()).toBe(12)
    expect(await grad(grad(grad(cube)))(x).item()).toBe(6)
    expect(await grad(grad(grad(grad(cube))))(x).item()).toBe(0)
    expect(await grad((y: Tensor) => grad(cube)(y).mul(y))(x).item()).toBe(36)
  })

  test('does not confuse the variables of nested derivatives', async () => {
    // d/dx (x · d/dy (x + y)) = 1, not 2 (Siskind & Pearlmutter 2005).
    const result = grad((x: Tensor) => x.mul(grad((y: Tensor) => x.add(y))(ones([]))))(tensor(3))
    expect(await result.item()).toBe(1)
    // d/dx (d/dy (x² · y²) at y = x) = d/dx (2 x³) = 6 x²
    const mixed = grad((x: Tensor) => grad((y: Tensor) => x.square().mul(y.square()))(x))(tensor(2))
    expect(await mixed.item()).toBe(24)
  })

  test('gives the value and what else was returned', async () => {
    const { value, gradient, auxiliary } = valueAndGrad((x: Tensor) => {
      const scaled = x.mul(2)
      return { value: scaled.sum(), scaled, note: 'kept' }
    })(tensor([1, 2]))
    expect(await value.item()).toBe(6)
    expect(await gradient.array()).toEqual([2, 2])
    expect(await auxiliary.scaled.array()).toEqual([2, 4])
    expect(auxiliary.note).toBe('kept')
  })

  test('leaves tensors alone that it did not make', async () => {
    const constant = tensor([1, 2])
    grad((x: Tensor) => ({ value: x.mul(constant).sum(), constant }))(ones([2]))
    expect(await constant.array()).toEqual([1, 2])
  })

  test('frees everything but its results', () => {
    const x = ones([10])
    const before = live()
    const { bytes } = memory()
    const gradient = grad((each: Tensor) => each.exp().mul(each).square().add(each).mean())(x)
    expect(live()).toBe(before + 1)
    expect(memory().bytes).toBe(bytes + 40)
    gradient.dispose()
    expect(live()).toBe(before)
    expect(memory().bytes).toBe(bytes)
  })

  test('frees on the way back: a chain needs little more memory than its forward pass', () => {
    const backend = createCpuBackend()
    const run = (x: Tensor): Tensor => {
      let y = x
      for (let i = 0; i < 20; i++) y = y.sin()
      return y.sum()
    }
    grad(run)(ones([1000], { backend })).dispose()
    // The argument, 20 results and a few cotangents, where keeping all would take more than 40.
    expect(backend.memory().peakBytes).toBeLessThan(25 * 4000)
  })

  test('frees everything when the function fails', () => {
    const x = ones([3])
    const before = live()
    expect(() =>
      grad((each: Tensor) => {
        each.exp()
        throw new Error('failed')
      })(x),
    ).toThrow('failed')
    expect(live()).toBe(before)
  })

  test('goes through 20,000 operations', async () => {
    const run = (x: Tensor): Tensor => {
      let y = x
      for (let i = 0; i < 20_000; i++) y = y.add(1)
      return y
    }
    expect(await grad(run)(tensor(0)).item()).toBe(1)
  })

  test('does not hold on to the graph of what was kept', () => {
    let state: Tensor = zeros([1])
    for (let i = 0; i < 3; i++) {
      const previous = state
      grad((x: Tensor) => {
        state = x.add(previous).keep()
        return state.sum()
      })(ones([1])).dispose()
      if (previous.node !== undefined)
        expect(previous.node.inputs.every((each) => each.node === undefined || i < 2)).toBe(true)
    }
    grad((x: Tensor) => x.add(state).sum())(ones([1])).dispose()
    expect(state.node).toBeUndefined()
  })

  test('explains what it cannot differentiate', () => {
    const x = ones([2])
    expect(() => grad((each: Tensor) => each.mul(2))(x)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: grad: expected a floating-point scalar to differentiate; received float32 [2]. Fix: reduce the result to one number first, for example with mean() or sum(), or use vjp or jacobian.]`,
    )
    expect(() => grad((each: Tensor) => each.greater(0).sum())(x)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: grad: expected a floating-point scalar to differentiate; received int32 []. Fix: compute the loss in floating point, without comparisons or rounding at the end.]`,
    )
    expect(() =>
      grad((each: Tensor) => each.sum())(tensor([1], { dtype: 'int32' })),
    ).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: grad: expected floating-point tensors to differentiate with respect to; received int32 [1]. Fix: cast it first: x.cast('float32').]`,
    )
    expect(() => grad((() => undefined) as never)(x)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: grad: expected a function that returns the loss, or { value: loss, … }; received undefined. Fix: return the loss from the function.]`,
    )
    expect(() => grad((async (each: Tensor) => each.sum()) as never)(x)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: grad: expected a function that returns at once; received an async function. Fix: read values (await …) outside of the function; return what you need besides the loss as { value, … }.]`,
    )
    expect(() => grad((each: Tensor) => each.sum())(3 as never)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: grad: expected a tensor, or arrays and plain objects of tensors, as the argument to differentiate with respect to; received a number as argument. Fix: pass numbers as tensor(…), and what should not be differentiated as a later argument; for variables use variableGradients.]`,
    )
    expect(() =>
      grad(({ a }: { a: { b: Tensor } }) => a.b.sum())({ a: { b: [1] as never } }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: grad: expected a tensor, or arrays and plain objects of tensors, as the argument to differentiate with respect to; received a number as argument.a.b[0]. Fix: pass numbers as tensor(…), and what should not be differentiated as a later argument; for variables use variableGradients.]`,
    )
  })
})

describe('variableGradients', () => {
  test('differentiates with respect to variables wherever they are used', async () => {
    const [w, b] = [new Variable(tensor([1, 2]), { name: 'w' }), new Variable(tensor(3), { name: 'b' })]
    const model = (x: Tensor): Tensor => x.mul(w.value).sum().add(b.value)
    const { value, gradients } = variableGradients(() => model(tensor([10, 20])), [w, b])
    expect(await value.item()).toBe(53)
    expect(await Promise.all(gradients.map((each) => each.array()))).toEqual([[10, 20], 1])
  })

  test('nests', async () => {
    const w = new Variable(tensor(2), { name: 'w' })
    const second = variableGradients(() => {
      const [first] = variableGradients(() => cube(w.value), [w]).gradients
      return (first as Tensor).sum()
    }, [w])
    expect(await second.gradients[0]?.item()).toBe(12)
  })

  test('lets other variables be assigned inside: running statistics', async () => {
    const w = new Variable(ones([2]), { name: 'w' })
    const mean = new Variable(zeros([]), { name: 'mean', trainable: false })
    const before = live()
    const { gradients, value } = variableGradients(() => {
      const y = w.value.mul(tensor([1, 3]))
      const current = y.mean()
      mean.assign(current)
      return y.square().sum().add(current)
    }, [w])
    expect(await mean.value.item()).toBe(2)
    expect(await gradients[0]?.array()).toEqual([2.5, 19.5])
    for (const each of [value, ...gradients]) each.dispose()
    expect(live()).toBe(before)
  })

  test('explains misuse', () => {
    const w = new Variable(ones([2]), { name: 'w' })
    const steps = new Variable(tensor(0, { dtype: 'int32' }), { name: 'steps' })
    expect(() => variableGradients(() => w.value.sum(), [w, w])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: variableGradients: expected each variable once; received variable "w" twice. Fix: remove the repetition: [...new Set(variables)].]`,
    )
    expect(() => variableGradients(() => w.value.sum(), [steps])).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: variableGradients: variable "steps": expected floating-point tensors to differentiate with respect to; received int32 []. Fix: cast it first: x.cast('float32').]`,
    )
    expect(() =>
      variableGradients(() => {
        w.assign(zeros([2]))
        return w.value.sum()
      }, [w]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: assign to "w": expected no change of a variable inside the function that is differentiated with respect to it; received an assignment while its gradient is being computed. Fix: assign after variableGradients returned, or leave the variable out of the list.]`,
    )
    expect(w.value).toBe(w.value)
  })
})

describe('stopGradient', () => {
  test('is a constant', async () => {
    const x = tensor([1, 2])
    expect(await grad((each: Tensor) => each.mul(stopGradient(each)).sum())(x).array()).toEqual([1, 2])
  })
})

describe('customGradient', () => {
  const doubled = customGradient(
    (x: Tensor) => x.mul(1),
    (cotangent) => cotangent.mul(2),
  )

  test('takes its gradient from the rule', async () => {
    expect(await grad((x: Tensor) => doubled(x).sum())(ones([2])).array()).toEqual([2, 2])
    expect(await doubled(tensor(4)).item()).toBe(4)
  })

  test('takes several inputs, undefined for zero, and a result that is an input', async () => {
    const second = customGradient(
      (_a: Tensor, b: Tensor) => b,
      (cotangent, { inputs: [a], output }) => [cotangent.mul(output).mul(a), undefined],
    )
    const [a, b] = grad(([x, y]: readonly [Tensor, Tensor]) => second(x, y).sum())([tensor(3), tensor(5)])
    expect([await a.item(), await b.item()]).toEqual([15, 0])
  })

  test('is differentiated again through its rule', async () => {
    const square = customGradient(
      (x: Tensor) => x.mul(x),
      (cotangent, { inputs: [x] }) => cotangent.mul(cube(x)),
    )
    expect(await grad(grad((x: Tensor) => square(x)))(tensor(2)).item()).toBe(12)
  })

  test('may hand its inputs and its cotangent through', async () => {
    const odd = customGradient(
      (x: Tensor, y: Tensor) => x.mul(y),
      (cotangent, { inputs: [x] }) => [x, cotangent],
    )
    const run = ([a, b]: readonly [Tensor, Tensor]): Tensor => {
      const x = a.mul(2)
      return odd(x, b).add(x.square()).sum()
    }
    const [a, b] = grad(run)([tensor([1, 2]), tensor([3, 4])])
    expect(await a.array()).toEqual([12, 24])
    expect(await b.array()).toEqual([1, 1])
  })

  test('frees what both directions made for themselves', () => {
    const busy = customGradient(
      (x: Tensor) => x.exp().log().add(1),
      (cotangent) => cotangent.exp().log(),
    )
    const x = ones([3])
    const before = live()
    busy(x).dispose()
    grad((each: Tensor) => busy(each).sum())(x).dispose()
    expect(live()).toBe(before)
  })

  test('explains cotangents that do not fit', () => {
    const wrongCount = customGradient(
      (x: Tensor, y: Tensor) => x.mul(y),
      (cotangent) => cotangent,
    )
    const wrongShape = customGradient(
      function scale(x: Tensor) {
        return x.mul(2)
      },
      (cotangent) => cotangent.sum(),
    )
    expect(() => grad((x: Tensor) => wrongCount(x, x).sum())(ones([2]))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: customGradient: expected 2 cotangents, one per input; received 1. Fix: return an array with one entry per input, undefined where the gradient is zero.]`,
    )
    expect(() => grad((x: Tensor) => wrongShape(x).sum())(ones([2]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: customGradient scale: expected a cotangent of float32 [2] for input 0, like the input; received float32 []. Fix: sum over the axes along which the input was broadcast, or reshape or cast the result.]`,
    )
  })
})

describe('checkpoint and the others together', () => {
  test('mix in any nesting', async () => {
    const square = customGradient(
      (x: Tensor) => x.mul(x),
      (cotangent, { inputs: [x] }) => cotangent.mul(x).mul(2),
    )
    const x = tensor(2, { dtype: 'float64' })
    expect(await grad(checkpoint((y: Tensor) => square(y).mul(y)))(x).item()).toBe(12)
    expect(await grad(grad(checkpoint((y: Tensor) => square(y).mul(y))))(x).item()).toBe(12)
    expect(await grad(checkpoint(grad((y: Tensor) => square(y).mul(y))))(x).item()).toBe(12)
    expect(await grad(grad(grad(checkpoint((y: Tensor) => checkpoint(cube)(y).mul(y)))))(x).item()).toBe(48)
    expect(await arange(2).sum().item()).toBe(1)
  })
})
