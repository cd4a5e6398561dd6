/**
 * Every method against its published update, written out in plain numbers.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { setDefaultBackend, tensor, Variable } from '@nabla/core'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Optimizer } from './optimizer.js'
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  lion,
  nadam,
  OPTIMIZERS,
  rmsprop,
  sgd,
} from './optimizers.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** One coordinate: the new weight for a gradient at step 1, 2, …, with whatever state it keeps. */
type Reference = () => (weight: number, gradient: number, step: number) => number

const START = [0.5, -1.25, 3, 0]
/** A gradient that depends on the weight, changes sign and is sometimes 0. */
const gradientAt = (weight: number, index: number, step: number): number =>
  index === 3 && step < 3 ? 0 : 0.7 * weight - 1 + Math.sin(step + index)

const STEPS = 7

function expectedWeights(reference: Reference): number[] {
  return START.map((start, index) => {
    const update = reference()
    let weight = start
    for (let step = 1; step <= STEPS; step++) weight = update(weight, gradientAt(weight, index, step), step)
    return weight
  })
}

async function computedWeights(optimizer: Optimizer): Promise<number[]> {
  const weight = new Variable(tensor(START, { dtype: 'float64' }))
  for (let step = 1; step <= STEPS; step++) {
    const values = [...(await weight.value.data())]
    const gradient = values.map((value, index) => gradientAt(value, index, step))
    optimizer.apply([tensor(gradient, { dtype: 'float64' })], [weight])
  }
  return [...(await weight.value.data())]
}

const plain: Reference = () => (w, g) => w - 0.1 * g

const withMomentum: Reference = () => {
  let velocity = 0
  return (w, g) => {
    velocity = 0.9 * velocity - 0.1 * g
    return w + velocity
  }
}

const nesterov: Reference = () => {
  let velocity = 0
  return (w, g) => {
    velocity = 0.9 * velocity - 0.1 * g
    return w + 0.9 * velocity - 0.1 * g
  }
}

const adagradReference: Reference = () => {
  let accumulator = 0.2
  return (w, g) => {
    accumulator += g * g
    return w - (0.1 * g) / Math.sqrt(accumulator + 1e-6)
  }
}

const rmspropReference =
  (momentum: number, centered: boolean): Reference =>
  () => {
    let [square, mean, velocity] = [0, 0, 0]
    return (w, g) => {
      square = 0.8 * square + 0.2 * g * g
      mean = 0.8 * mean + 0.2 * g
      const spread = centered ? square - mean * mean : square
      velocity = momentum * velocity + (0.01 * g) / Math.sqrt(spread + 1e-4)
      return w - velocity
    }
  }

const adadeltaReference: Reference = () => {
  let [square, steps] = [0, 0]
  return (w, g) => {
    square = 0.95 * square + 0.05 * g * g
    const step = -(Math.sqrt(steps + 1e-3) / Math.sqrt(square + 1e-3)) * g
    steps = 0.95 * steps + 0.05 * step * step
    return w + 0.5 * step
  }
}

const adamReference =
  (decay: number): Reference =>
  () => {
    let [m, v] = [0, 0]
    return (w, g, t) => {
      m = 0.8 * m + 0.2 * g
      v = 0.95 * v + 0.05 * g * g
      const [mHat, vHat] = [m / (1 - 0.8 ** t), v / (1 - 0.95 ** t)]
      return w - 0.05 * decay * w - (0.05 * mHat) / (Math.sqrt(vHat) + 1e-7)
    }
  }

const adamaxReference: Reference = () => {
  let [m, u] = [0, 0]
  return (w, g, t) => {
    m = 0.9 * m + 0.1 * g
    u = Math.max(0.999 * u, Math.abs(g))
    return w - ((0.05 / (1 - 0.9 ** t)) * m) / (u + 1e-7)
  }
}

const nadamReference: Reference = () => {
  let [m, v, product] = [0, 0, 1]
  const momentumAt = (t: number): number => 0.9 * (1 - 0.5 * 0.96 ** (0.004 * t))
  return (w, g, t) => {
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g * g
    product *= momentumAt(t)
    const next = momentumAt(t + 1)
    const mHat = (next * m) / (1 - product * next) + ((1 - momentumAt(t)) * g) / (1 - product)
    return w - (0.05 * mHat) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-7)
  }
}

const lionReference: Reference = () => {
  let m = 0
  return (w, g) => {
    const direction = Math.sign(0.9 * m + 0.1 * g)
    m = 0.99 * m + 0.01 * g
    return w - 0.01 * direction
  }
}

const CASES: [string, Optimizer, Reference][] = [
  ['sgd', sgd({ learningRate: 0.1 }), plain],
  ['sgd with momentum', sgd({ learningRate: 0.1, momentum: 0.9 }), withMomentum],
  ['sgd with Nesterov momentum', sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }), nesterov],
  ['adagrad', adagrad({ learningRate: 0.1, initialAccumulator: 0.2, epsilon: 1e-6 }), adagradReference],
  ['rmsprop', rmsprop({ learningRate: 0.01, rho: 0.8, epsilon: 1e-4 }), rmspropReference(0, false)],
  [
    'rmsprop with momentum',
    rmsprop({ learningRate: 0.01, rho: 0.8, epsilon: 1e-4, momentum: 0.7 }),
    rmspropReference(0.7, false),
  ],
  [
    'rmsprop, centered, with momentum',
    rmsprop({ learningRate: 0.01, rho: 0.8, epsilon: 1e-4, momentum: 0.7, centered: true }),
    rmspropReference(0.7, true),
  ],
  ['adadelta', adadelta({ learningRate: 0.5, epsilon: 1e-3 }), adadeltaReference],
  ['adam', adam({ learningRate: 0.05, beta1: 0.8, beta2: 0.95 }), adamReference(0)],
  ['adamw', adamw({ learningRate: 0.05, beta1: 0.8, beta2: 0.95, weightDecay: 0.1 }), adamReference(0.1)],
  ['adamax', adamax({ learningRate: 0.05 }), adamaxReference],
  ['nadam', nadam({ learningRate: 0.05 }), nadamReference],
  ['lion', lion({ learningRate: 0.01 }), lionReference],
]

describe('the published update', () => {
  test.each(CASES)('%s', async (_name, optimizer, reference) => {
    const computed = await computedWeights(optimizer)
    const expected = expectedWeights(reference)
    computed.forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index] as number, 12)
    })
  })

  test('covers all methods', () => {
    expect(new Set(CASES.map(([, optimizer]) => optimizer.name))).toEqual(new Set(Object.keys(OPTIMIZERS)))
  })
})

test('sgd with momentum 0 ignores nesterov', async () => {
  const [one, other] = [sgd({ learningRate: 0.1, nesterov: true }), sgd({ learningRate: 0.1 })]
  expect(await computedWeights(one)).toEqual(await computedWeights(other))
})

test('rmsprop divides by at least √ε', async () => {
  const weight = new Variable(tensor([1], { dtype: 'float64' }))
  rmsprop({ learningRate: 1, rho: 0, epsilon: 4, centered: true }).apply(
    [tensor([6], { dtype: 'float64' })],
    [weight],
  )
  expect([...(await weight.value.data())]).toEqual([1 - 6 / 2])
})

test.each(Object.keys(OPTIMIZERS))(
  '%s with default settings makes a quadratic bowl smaller',
  async (name) => {
    const optimizer = OPTIMIZERS[name as keyof typeof OPTIMIZERS]({})
    const weight = new Variable(tensor([2, -3]))
    for (let step = 0; step < 20; step++) {
      const [a = 0, b = 0] = await weight.value.data()
      optimizer.apply([tensor([2 * a, 2 * b])], [weight])
    }
    const [a = 0, b = 0] = await weight.value.data()
    expect(a * a + b * b).toBeLessThan(13)
  },
)
