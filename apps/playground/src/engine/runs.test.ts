import { expect, test } from 'vitest'
import type { Point, RunFacts } from '../protocol.js'
import { Run } from './runs.js'

const FACTS: RunFacts = {
  id: 1,
  settings: {
    model: 'mlp',
    optimizer: 'adam',
    backend: 'cpu',
    learningRate: 0.001,
    falling: false,
    batchSize: 64,
    epochs: 1,
    seed: 1,
    samples: 1000,
  },
  backend: 'cpu',
  parameters: 10,
  stepsPerEpoch: 10,
  compared: false,
}

const pointAt = (step: number): Point => ({
  step,
  epoch: step / 10,
  seconds: step / 100,
  loss: 1 / step,
  accuracy: 0.5,
})

test('a long training keeps a bounded number of points, from its begin to its end', () => {
  const run = new Run(FACTS)
  for (let step = 1; step <= 10_000; step++) run.add([pointAt(step)])
  expect(run.steps.length).toBeLessThan(1200)
  expect(run.steps.length).toBeGreaterThan(500)
  expect(run.steps).toEqual([...run.steps].sort((a, b) => a - b))
  expect(run.steps.at(-1)).toBeGreaterThan(9_900)
  for (const column of [run.seconds, run.loss, run.accuracy]) expect(column).toHaveLength(run.steps.length)
})

test('the first points are means of what there is', () => {
  const run = new Run(FACTS)
  run.add([pointAt(1), pointAt(2)])
  expect(run.loss).toEqual([1, 0.75])
  expect(run.last?.accuracy).toBe(0.5)
})
