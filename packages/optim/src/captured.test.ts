/**
 * Optimizers in captured training steps: weights, state and learning rates go on exactly as without `jit`.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import {
  jit,
  matmul,
  mean,
  programFacts,
  setDefaultBackend,
  type Tensor,
  tensor,
  tensorFrom,
  Variable,
  variableGradients,
} from '@nabla/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { ExponentialMovingAverage } from './average.js'
import type { Optimizer, OptimizerOptions } from './optimizer.js'
import { OPTIMIZERS, type OptimizerName, optimizerFrom } from './optimizers.js'
import { cosineDecay, piecewiseConstant, type Schedule, warmUp } from './schedules/schedule.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const wave = (count: number, salt: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(3.7 * (i + 1) + salt))

/** A small network with weights of several shapes. */
class Network {
  readonly first = new Variable(tensorFrom(wave(12, 1), [4, 3]), { name: 'first' })
  readonly bias = new Variable(tensorFrom(wave(3, 2), [3]), { name: 'bias' })
  readonly second = new Variable(tensorFrom(wave(6, 3), [3, 2]), { name: 'second' })
  readonly scale = new Variable(tensor(0.5), { name: 'scale' })
  readonly variables: readonly Variable[] = [this.first, this.bias, this.second, this.scale]

  loss(x: Tensor, y: Tensor): Tensor {
    const hidden = matmul(x, this.first.value).add(this.bias.value).tanh()
    return mean(matmul(hidden, this.second.value).mul(this.scale.value).sub(y).square())
  }

  numbers(): number[] {
    return this.variables.flatMap(({ value }) => Array.from(value.dataSync(), Number))
  }
}

type How = 'eager' | 'captured'
const STEPS = 20

interface Training {
  readonly network: Network
  readonly optimizer: Optimizer
  /** Losses and weights after each step. */
  readonly rounds: readonly (readonly number[])[]
  readonly step: object
}

/** Trains, with something done before and something after each step; both see the optimizer. */
function train(
  how: How,
  optimizer: Optimizer,
  {
    before = () => {},
    inside = () => {},
    network = new Network(),
  }: {
    readonly before?: (step: number) => void
    readonly inside?: () => void
    readonly network?: Network
  } = {},
): Training {
  const direct = (x: Tensor, y: Tensor): Tensor => {
    const { value, gradients } = variableGradients(() => network.loss(x, y), network.variables)
    optimizer.apply(gradients, network.variables)
    inside()
    return value
  }
  const step = how === 'captured' ? jit(direct) : direct
  const rounds = Array.from({ length: STEPS }, (_, round) => {
    before(round)
    const [x, y] = [tensorFrom(wave(20, round), [5, 4]), tensorFrom(wave(10, round + 50), [5, 2])]
    const loss = step(x, y)
    return [Number(loss.dataSync()[0]), ...network.numbers()]
  })
  return { network, optimizer, rounds, step }
}

function expectClose(got: readonly (readonly number[])[], wanted: readonly (readonly number[])[]): void {
  wanted.forEach((round, step) => {
    round.forEach((value, i) => {
      const other = got[step]?.[i] ?? Number.NaN
      const error = Math.abs(other - value) / Math.max(Math.abs(value), 1e-2)
      expect(error <= 1e-6 ? '' : `step ${step}, ${i}: ${other}, eager ${value}`).toBe('')
    })
  })
}

const SETTINGS: readonly (readonly [string, OptimizerOptions & Readonly<Record<string, unknown>>])[] = [
  ['plain', {}],
  ['weight decay', { weightDecay: 0.05 }],
  ['clipped by value', { clipValue: 0.01 }],
  ['clipped by norm', { clipNorm: 0.1 }],
  ['clipped by global norm', { globalClipNorm: 0.1 }],
]

/** Some methods have settings of their own. */
const OWN: Partial<Record<OptimizerName, readonly Readonly<Record<string, unknown>>[]>> = {
  sgd: [{ momentum: 0.9 }, { momentum: 0.9, nesterov: true }],
  rmsprop: [{ momentum: 0.5, centered: true }],
}

const methods = Object.keys(OPTIMIZERS) as OptimizerName[]

describe.each(methods)('%s', (method) => {
  const configurations = [
    ...SETTINGS.map(([name, options]) => ({ name, options })),
    ...(OWN[method] ?? []).map((options) => ({ name: JSON.stringify(options), options })),
  ]

  it.each(configurations)('$name: the same over twenty steps', ({ options }) => {
    const make = (): Optimizer => optimizerFrom({ method, learningRate: 0.01, ...options })
    const [eager, captured] = [train('eager', make()), train('captured', make())]
    expectClose(captured.rounds, eager.rounds)
    expect(captured.optimizer.iterations).toBe(STEPS)
    const [first, last] = [captured.rounds[0], captured.rounds.at(-1)]
    expect(last).not.toEqual(first)
    const [eagerState, state] = [eager, captured].map(({ optimizer, network }) =>
      optimizer.state(network.variables),
    )
    state?.slots.forEach((slots, variable) => {
      for (const [name, slot] of Object.entries(slots)) {
        const wanted = Array.from(eagerState?.slots[variable]?.[name]?.dataSync() ?? [], Number)
        expectClose([Array.from(slot.dataSync(), Number)], [wanted])
      }
    })
  })
})

describe('learning rates', () => {
  it('set between steps take effect', () => {
    const run = (how: How): Training => {
      const optimizer = optimizerFrom({ method: 'sgd', learningRate: 0.1 })
      return train(how, optimizer, {
        before: (step) => {
          if (step === 5) optimizer.learningRate = 0
          if (step === 10) optimizer.learningRate = 0.02
        },
      })
    }
    const captured = run('captured')
    expectClose(captured.rounds, run('eager').rounds)
    expect(captured.rounds[9]?.slice(1)).toEqual(captured.rounds[4]?.slice(1))
    expect(captured.rounds[10]?.slice(1)).not.toEqual(captured.rounds[9]?.slice(1))
  })

  it.each<readonly [string, Schedule]>([
    ['cosine', cosineDecay(0.1, { steps: 15 })],
    ['warm-up', warmUp(0.05, { steps: 7 })],
    ['piecewise', piecewiseConstant([4, 12], [0.1, 0.01, 0.2])],
  ])('follow a schedule: %s', (_name, learningRate) => {
    const make = (): Optimizer => optimizerFrom({ method: 'adam', learningRate })
    expectClose(train('captured', make()).rounds, train('eager', make()).rounds)
  })

  it('of an optimizer that has taken steps before go on from there', () => {
    const learningRate = cosineDecay(0.1, { steps: 40 })
    const run = (how: How): Training => {
      const { optimizer, network } = train(how, optimizerFrom({ method: 'adam', learningRate }))
      return train(how, optimizer, { network })
    }
    const captured = run('captured')
    expectClose(captured.rounds, run('eager').rounds)
    expect(captured.optimizer.iterations).toBe(2 * STEPS)
  })
})

describe('an average of weights', () => {
  it.each(['inside', 'outside'] as const)('%s of the step', async (where) => {
    const run = async (how: How): Promise<number[][]> => {
      const network = new Network()
      const average = new ExponentialMovingAverage(network.variables, { decay: 0.8 })
      const { rounds } = train(how, optimizerFrom({ method: 'adam', learningRate: 0.05 }), {
        network,
        ...(where === 'inside' ? { inside: () => average.update() } : { before: () => average.update() }),
      })
      const averaged: number[][] = []
      await average.with(() => {
        averaged.push(network.numbers())
      })
      return [...rounds.map((round) => [...round]), ...averaged, network.numbers()]
    }
    const captured = await run('captured')
    expectClose(captured, await run('eager'))
    expect(captured.at(-1)).not.toEqual(captured.at(-2))
  })
})

describe('updates', () => {
  it('of all variables are one kernel', () => {
    const { step } = train('captured', optimizerFrom({ method: 'adam', learningRate: 0.01 }))
    const [facts] = programFacts(step)
    expect(facts?.recorded).toBeGreaterThan(20)
    expect(facts?.kernels).toBeLessThan(facts === undefined ? 0 : facts.recorded / 2)
  })
})
