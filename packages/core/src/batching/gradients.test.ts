import { createCpuBackend } from '@nabla/backend-cpu'
import { describe, expect, test } from 'vitest'
import {
  checkpoint,
  customGradient,
  detectAnomaly,
  grad,
  hessian,
  jacobian,
  jvp,
  stopGradient,
  valueAndGrad,
  variableGradients,
  vjp,
} from '../autograd/index.js'
import { setDefaultBackend } from '../engine/default-backend.js'
import { scope } from '../engine/scope.js'
import { ones, tensor, tensorFrom } from '../ops/creation/index.js'
import { softplus } from '../ops/elementwise/index.js'
import { matmul } from '../ops/linear-algebra/index.js'
import { slice, stack } from '../ops/movement/index.js'
import { softmax } from '../ops/reduction/index.js'
import type { Tensor } from '../tensor.js'
import { noise } from '../testing/arrangements.js'
import { Variable } from '../variable.js'
import { vmap } from './vmap.js'

setDefaultBackend(createCpuBackend())

const random = (shape: readonly number[], seed = 1): Tensor =>
  tensorFrom(
    noise(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
    { dtype: 'float64' },
  )

const rows = (x: Tensor): Tensor[] =>
  Array.from({ length: x.shape[0] as number }, (_, i) => slice(x, i) as Tensor)

function close(got: Tensor, wanted: Tensor, digits = 10): void {
  expect(got.shape).toEqual(wanted.shape)
  const values = wanted.dataSync()
  got.dataSync().forEach((value: number, i: number) => {
    expect(value).toBeCloseTo(values[i] as number, digits)
  })
}

/** A function of one example against a loop over the rows of `x`. */
function equalsLoop(run: (each: Tensor) => Tensor, x: Tensor = random([3, 4])): void {
  close(vmap(run)(x), stack(rows(x).map(run) as [Tensor, ...Tensor[]]))
}

const cubic = (x: Tensor): Tensor => x.mul(x).mul(x).sum()
/** Second derivatives that depend on everything. */
const curved = (x: Tensor): Tensor => softmax(x.mul(x)).mul(x.sin()).sum()
/** The gradient of its gradient's squares. */
const twice = (x: Tensor): Tensor => grad((y: Tensor) => grad(curved)(y).square().sum())(x)

describe('per example', () => {
  test.each<[string, (x: Tensor) => Tensor]>([
    ['grad', grad(curved)],
    ['grad of grad', twice],
    ['grad of what is not used', grad((_x: Tensor) => ones([], { dtype: 'float64' }))],
    ['jacobian', jacobian((x: Tensor) => softmax(x.mul(x)))],
    ['jacobian of checkpoint', jacobian(checkpoint((x: Tensor) => softmax(x.mul(x))))],
    ['hessian', hessian(curved)],
    ['vjp', (x) => vjp((y: Tensor) => softmax(y))(x, x.mul(2)).gradient],
    ['jvp', (x) => jvp((y: Tensor) => softmax(y))(x, x.mul(2)).tangent],
    ['jvp of grad', (x) => jvp(grad(curved))(x, x).tangent],
    [
      'grad of jvp',
      grad((x: Tensor) =>
        jvp((y: Tensor) => softmax(y))(x, ones([4], { dtype: 'float64' }))
          .tangent.square()
          .sum(),
      ),
    ],
    ['checkpoint', grad((x: Tensor) => checkpoint((y: Tensor) => y.exp().mul(x))(x).sum())],
    ['stopGradient', grad((x: Tensor) => x.mul(stopGradient(x)).sum())],
    ['scope', grad((x: Tensor) => scope(() => x.exp().mul(x).sum()))],
  ])('%s equals a loop', (_name, run) => {
    equalsLoop(run)
  })

  test('valueAndGrad brings what the function returned', () => {
    const x = random([3, 4])
    const { value, gradient, auxiliary } = vmap(
      valueAndGrad((each: Tensor) => {
        const squares = each.square()
        return { value: squares.sum(), squares, note: 'text' }
      }),
    )(x)
    close(value, x.square().sum(1))
    close(gradient, x.mul(2))
    close(auxiliary.squares, x.square())
    expect(auxiliary.note).toBe('text')
    expect(vmap(valueAndGrad(cubic))(x).auxiliary).toBeUndefined()
  })

  test('gradients of a network equal a loop', () => {
    const weights = { first: random([4, 5]), bias: random([5], 2), second: random([5, 1], 3) }
    const [x, y] = [random([6, 4], 4), random([6, 1], 5)]
    const loss = (w: typeof weights, input: Tensor, target: Tensor): Tensor => {
      const hidden = (input.reshape([1, 4]).matmul(w.first) as Tensor).add(w.bias).exp().add(1).log()
      return (hidden.matmul(w.second) as Tensor).sub(target).square().mean()
    }
    const batched = vmap(grad(loss), { inAxes: [null, 0, 0] })(weights, x, y) as typeof weights
    const loop = rows(x).map((each, i) => grad(loss)(weights, each, rows(y)[i] as Tensor))
    for (const key of ['first', 'bias', 'second'] as const)
      close(batched[key], stack(loop.map((each) => each[key]) as [Tensor, ...Tensor[]]))
  })

  test('gradients with respect to variables equal a loop', () => {
    const weight = new Variable(random([4, 2]), { name: 'weight' })
    const x = random([5, 4], 6)
    const run = (each: Tensor): Tensor =>
      variableGradients(() => (each.reshape([1, 4]).matmul(weight.value) as Tensor).sin().sum(), [weight])
        .gradients[0] as Tensor
    equalsLoop(run, x)
  })
})

describe('gradients of batched functions', () => {
  const x = random([3, 4])
  const loop = (run: (each: Tensor) => Tensor) => (batch: Tensor) =>
    rows(batch)
      .map((each) => run(each).sum())
      .reduce((a, b) => a.add(b))

  test.each<[string, (x: Tensor) => Tensor]>([
    ['vmap', curved],
    ['vmap of grad', grad(curved)],
    ['vmap of grad of grad', twice],
    ['vmap of jvp', (each) => jvp(softmax)(each, each).tangent.square()],
    ['vmap of hessian', (each) => hessian(curved)(each).square()],
    ['vmap of vmap', (each) => vmap((element: Tensor) => element.mul(each).sum().exp())(each)],
    ['vmap of checkpoint', (each) => checkpoint((y: Tensor) => y.exp().mul(each).sum())(each)],
    [
      'vmap of grad of checkpoint',
      grad((each: Tensor) => checkpoint((y: Tensor) => y.exp().mul(each).sum())(each)),
    ],
    ['vmap with stopGradient', (each) => each.mul(stopGradient(each)).sum()],
  ])('%s equal those of a loop, to second order', (_name, run) => {
    const batched = (batch: Tensor): Tensor => vmap(run)(batch).sum()
    close(grad(batched)(x), grad(loop(run))(x))
    const second = (f: (batch: Tensor) => Tensor) => grad((batch: Tensor) => grad(f)(batch).square().sum())
    close(second(batched)(x), second(loop(run))(x), 8)
  })

  test('with weights that are the same for all, add up', () => {
    const weight = random([4, 2], 3)
    const batched = (w: Tensor): Tensor =>
      vmap(grad((each: Tensor) => (each.reshape([1, 4]).matmul(w) as Tensor).sin().sum()))(x)
        .square()
        .sum()
    const looped = (w: Tensor): Tensor =>
      loop((each) => grad((y: Tensor) => (y.reshape([1, 4]).matmul(w) as Tensor).sin().sum())(each).square())(
        x,
      )
    close(grad(batched)(weight), grad(looped)(weight))
    close(
      grad((w: Tensor) =>
        vmap(checkpoint((each: Tensor) => (each.reshape([1, 4]).matmul(w) as Tensor).exp()))(x).sum(),
      )(weight),
      grad((w: Tensor) => (matmul(x, w) as Tensor).exp().sum())(weight),
    )
  })

  test('with respect to variables', () => {
    const weight = new Variable(random([4], 3))
    const { gradients } = variableGradients(
      () => vmap((each: Tensor) => each.mul(weight.value).sin().sum())(x).mean(),
      [weight],
    )
    const wanted = variableGradients(() => x.mul(weight.value).sin().sum(1).mean(), [weight])
    close(gradients[0] as Tensor, wanted.gradients[0] as Tensor)
  })

  test('checkpoints of batched functions', () => {
    const run = checkpoint((batch: Tensor) => vmap(curved)(batch))
    close(grad((batch: Tensor) => run(batch).sum())(x), vmap(grad(curved))(x))
  })

  test('jacobian and jvp of a batched function', () => {
    const full = jacobian(vmap(curved))(x)
    expect(full.shape).toEqual([3, 3, 4])
    const each = vmap(grad(curved))(x)
    const diagonal = stack(rows(full).map((row, i) => slice(row, i) as Tensor) as [Tensor, ...Tensor[]])
    close(diagonal, each)
    close(full.sum(1), each)
    close(jvp(vmap(curved))(x, x).tangent, each.mul(x).sum(1))
  })
})

describe('a gradient written by hand', () => {
  const x = random([3, 4])
  const clipped = customGradient(
    (y: Tensor) => y.mul(y),
    (cotangent, { inputs: [y] }) => cotangent.mul(y).clip(-0.5, 0.5),
  )
  const scaled = customGradient(
    (y: Tensor, w: Tensor) => y.mul(w),
    (cotangent, { inputs: [y, w], output }) => [cotangent.mul(w).add(output), cotangent.mul(y).sum()],
  )

  test('stays so inside of vmap', () => {
    equalsLoop(grad((each: Tensor) => clipped(each).sin().sum()))
    equalsLoop(
      grad((each: Tensor) =>
        grad((y: Tensor) => clipped(y).sin().sum())(each)
          .square()
          .sum(),
      ),
    )
  })

  test('and in gradients of a batched function', () => {
    const [batched, looped] = [
      (batch: Tensor) => vmap((each: Tensor) => clipped(each).sin().sum())(batch).sum(),
      (batch: Tensor) =>
        rows(batch)
          .map((each) => clipped(each).sin().sum())
          .reduce((a, b) => a.add(b)),
    ]
    close(grad(batched)(x), grad(looped)(x))
    close(jacobian((b: Tensor) => grad(batched)(b))(x), jacobian((b: Tensor) => grad(looped)(b))(x))
  })

  test('sums where an input is the same for all examples', () => {
    const w = tensor(2, { dtype: 'float64' })
    const batched = (factor: Tensor): Tensor => vmap((each: Tensor) => scaled(each, factor).sum())(x).sum()
    const looped = (factor: Tensor): Tensor =>
      rows(x)
        .map((each) => scaled(each, factor).sum())
        .reduce((a, b) => a.add(b))
    close(grad(batched)(w), grad(looped)(w))
    const nested = (factor: Tensor): Tensor =>
      vmap((each: Tensor) => vmap((element: Tensor) => scaled(element, factor))(each))(x).sum()
    close(grad(nested)(w), grad(looped)(w))
  })

  test('may use what is batched around it', () => {
    const run = (batch: Tensor, each: (run: (row: Tensor) => Tensor) => (batch: Tensor) => Tensor): Tensor =>
      each((row: Tensor) => {
        const own = customGradient(
          (y: Tensor) => y.mul(row),
          (cotangent) => cotangent.mul(row).mul(3).sum(),
        )
        return own(tensor(2, { dtype: 'float64' }).add(row.sum())).sum()
      })(batch).sum()
    const loop = (f: (row: Tensor) => Tensor) => (batch: Tensor) =>
      stack(rows(batch).map(f) as [Tensor, ...Tensor[]])
    close(grad((batch: Tensor) => run(batch, vmap))(x), grad((batch: Tensor) => run(batch, loop))(x))
    // The argument is the same for all examples, what the rule multiplies by isn't.
    const shared = (f: (run: (row: Tensor) => Tensor) => (batch: Tensor) => Tensor) =>
      grad((w: Tensor) =>
        f((row: Tensor) =>
          customGradient(
            (y: Tensor) => y.mul(row).sum(),
            (cotangent) => cotangent.mul(row).mul(3).sum(),
          )(w),
        )(x).sum(),
      )(tensor(2, { dtype: 'float64' }))
    close(shared(vmap), shared(loop))
  })
})

test('the hessian of a network equals finite differences', () => {
  const [x, y] = [random([5, 3], 2), random([5, 1], 3)]
  const loss = (w: Tensor): Tensor => {
    const first = slice(w, { stop: 6 }).reshape([3, 2]) as Tensor
    const second = slice(w, { start: 6, stop: 8 }).reshape([2, 1]) as Tensor
    return (softplus(matmul(x, first) as Tensor).matmul(second) as Tensor).sub(y).square().mean()
  }
  const w = random([8], 4)
  const matrix = hessian(loss)(w)
  const step = 1e-5
  const moved = (i: number, by: number): Tensor =>
    grad(loss)(
      tensorFrom(
        Array.from(w.dataSync(), (value, at) => (at === i ? value + by : value)),
        [8],
        { dtype: 'float64' },
      ),
    )
  rows(matrix).forEach((row, i) => {
    close(
      row,
      moved(i, step)
        .sub(moved(i, -step))
        .div(2 * step),
      7,
    )
  })
})

test('anomalies inside are found', () => {
  expect(() => detectAnomaly(() => vmap(grad((x: Tensor) => x.log().sum()))(tensor([[1, 0]])))).toThrow(/log/)
  expect(detectAnomaly(() => vmap(grad((x: Tensor) => x.log().sum()))(tensor([[1, 2]]))).shape).toEqual([
    1, 2,
  ])
})
