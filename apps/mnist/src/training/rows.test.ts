import { expect, test } from 'vitest'
import { joinParts, partOf, rowOf } from './rows.js'

test('two parts of an epoch count by their samples', () => {
  const first = { loss: 2, accuracy: 0.5, seconds: 3, samples: 300 }
  const second = { loss: 1, accuracy: 0.9, seconds: 1, samples: 100 }
  expect(rowOf(joinParts(first, second))).toEqual({
    loss: 1.75,
    accuracy: 0.6,
    seconds: 4,
    samplesPerSecond: 100,
  })
  expect(joinParts(undefined, second)).toEqual(second)
})

test('what fit logs becomes a part with its samples', () => {
  const log = { epoch: 1, loss: 1, accuracy: 0.5, seconds: 0.7, samplesPerSecond: 1000, learningRate: 0.1 }
  expect(partOf(log)).toEqual({ loss: 1, accuracy: 0.5, seconds: 0.7, samples: 700 })
})
