/**
 * Every loss against its definition in plain numbers, at ordinary and at extreme predictions.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { memory, setDefaultBackend, type Tensor, tensor, Variable, variableGradients } from '@nabla/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { huber, type LossName, lossFrom } from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

type Row = readonly number[]
/** The loss of one sample. */
type Reference = (prediction: Row, target: Row) => number

const sum = (values: Row): number => values.reduce((total, value) => total + value, 0)
const mean = (values: Row): number => sum(values) / values.length
const pairs = (a: Row, b: Row, each: (x: number, y: number) => number): number[] =>
  a.map((x, i) => each(x, b[i] as number))

function logSoftmax(logits: Row): number[] {
  const largest = Math.max(...logits)
  const total = Math.log(sum(logits.map((z) => Math.exp(z - largest))))
  return logits.map((z) => z - largest - total)
}

const clip = (p: number): number => Math.min(1 - 1e-7, Math.max(1e-7, p))
const logOfParts = (p: Row): number[] => p.map((each) => Math.log(clip(each / sum(p))))
const bernoulli = (p: number, t: number): number =>
  -(t * Math.log(Math.max(1e-7, p)) + (1 - t) * Math.log(Math.max(1e-7, 1 - p)))
const bernoulliOfLogit = (z: number, t: number): number =>
  Math.max(z, 0) - z * t + Math.log1p(Math.exp(-Math.abs(z)))

const NUMBERS = [
  [0.5, -1, 2],
  [3, 0.25, -0.75],
]
const NUMBER_TARGETS = [
  [0, -1.5, 4],
  [1, 1, 1],
]
const PROBABILITIES = [
  [0.7, 0.2, 0.1],
  [0.05, 0.05, 0.9],
  [0, 1, 0],
]
const LOGITS = [
  [2, -1, 0.5],
  [-3, 0, 1],
  [0, 0, 0],
]
const ONE_HOT = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 1, 0],
]
const SOFT = [
  [0.6, 0.3, 0.1],
  [0.2, 0.2, 0.6],
  [1, 0, 0],
]
const CLASSES = [[0], [1], [1]]
const YES_NO = [
  [1, 0, 1],
  [0, 0, 1],
  [1, 1, 0],
]

interface Case {
  readonly reference: Reference
  readonly samples: readonly (readonly [predictions: readonly Row[], targets: readonly Row[]])[]
}

const squared: Reference = (p, t) => mean(pairs(p, t, (x, y) => (x - y) ** 2))
const absolute: Reference = (p, t) => mean(pairs(p, t, (x, y) => Math.abs(x - y)))
const huberOf: Reference = (p, t) =>
  mean(pairs(p, t, (x, y) => (Math.abs(x - y) <= 1 ? 0.5 * (x - y) ** 2 : Math.abs(x - y) - 0.5)))
const hingeOf: Reference = (p, t) => mean(pairs(p, t, (x, y) => Math.max(0, 1 - (y > 0 ? 1 : -1) * x)))
const categoricalHingeOf: Reference = (p, t) => {
  const right = sum(pairs(p, t, (x, y) => x * y))
  const wrong = Math.max(...pairs(p, t, (x, y) => x * (1 - y)))
  return Math.max(0, 1 + wrong - right)
}
const divergence: Reference = (p, t) =>
  sum(pairs(p, t, (x, y) => clipTo1(y) * Math.log(clipTo1(y) / clipTo1(x))))
const clipTo1 = (p: number): number => Math.min(1, Math.max(1e-7, p))

const CASES: Record<LossName, Case> = {
  meanSquaredError: { reference: squared, samples: [[NUMBERS, NUMBER_TARGETS]] },
  meanAbsoluteError: { reference: absolute, samples: [[NUMBERS, NUMBER_TARGETS]] },
  huber: { reference: huberOf, samples: [[NUMBERS, NUMBER_TARGETS]] },
  hinge: {
    reference: hingeOf,
    samples: [
      [
        NUMBERS,
        [
          [1, -1, -1],
          [-1, 1, 1],
        ],
      ],
      [
        NUMBERS,
        [
          [1, 0, 0],
          [0, 1, 1],
        ],
      ],
    ],
  },
  categoricalHinge: { reference: categoricalHingeOf, samples: [[LOGITS, ONE_HOT]] },
  klDivergence: { reference: divergence, samples: [[PROBABILITIES, SOFT]] },
  binaryCrossEntropy: {
    reference: (p, t) => mean(pairs(p, t, bernoulli)),
    samples: [[PROBABILITIES, YES_NO]],
  },
  binaryCrossEntropyFromLogits: {
    reference: (p, t) => mean(pairs(p, t, bernoulliOfLogit)),
    samples: [[LOGITS, YES_NO]],
  },
  categoricalCrossEntropy: {
    reference: (p, t) => -sum(pairs(logOfParts(p), t, (x, y) => x * y)),
    samples: [
      [PROBABILITIES, ONE_HOT],
      [PROBABILITIES, SOFT],
      [PROBABILITIES.map((row) => row.map((p) => 3 * p)), SOFT],
    ],
  },
  categoricalCrossEntropyFromLogits: {
    reference: (p, t) => -sum(pairs(logSoftmax(p), t, (x, y) => x * y)),
    samples: [
      [LOGITS, ONE_HOT],
      [LOGITS, SOFT],
    ],
  },
  sparseCategoricalCrossEntropy: {
    reference: (p, [c = 0]) => -(logOfParts(p)[c] ?? Number.NaN),
    samples: [[PROBABILITIES, CLASSES]],
  },
  sparseCategoricalCrossEntropyFromLogits: {
    reference: (p, [c = 0]) => -(logSoftmax(p)[c] ?? Number.NaN),
    samples: [[LOGITS, CLASSES]],
  },
}

const NAMES = Object.keys(CASES) as LossName[]
const matrix = (rows: readonly Row[]): Tensor =>
  tensor(
    rows.map((row) => [...row]),
    { dtype: 'float64' },
  )

async function lossOf(name: LossName, predictions: readonly Row[], targets: readonly Row[]): Promise<number> {
  const [value = Number.NaN] = await lossFrom(name)(matrix(predictions), matrix(targets)).data()
  return value
}

describe('the definition', () => {
  test.each(NAMES)('%s', async (name) => {
    const { reference, samples } = CASES[name]
    for (const [predictions, targets] of samples) {
      const expected = mean(predictions.map((row, index) => reference(row, targets[index] as Row)))
      expect(await lossOf(name, predictions, targets)).toBeCloseTo(expected, 12)
    }
  })
})

test('huber has a delta', async () => {
  const value = huber(tensor([0, 3], { dtype: 'float64' }), tensor([1, 0], { dtype: 'float64' }), {
    delta: 2,
  })
  expect([...(await value.data())]).toEqual([(0.5 + 2 * (3 - 1)) / 2])
})

describe('gradients', () => {
  test.each(NAMES)('%s agrees with differences', async (name) => {
    const loss = lossFrom(name)
    const [rows, targets] = CASES[name].samples[0] as [Row[], Row[]]
    // Away from kinks and from the clipped ends of probabilities.
    const predictions = rows.map((row) => row.map((x, i) => x * 0.9 + 0.03 * (i + 1)))
    const x = new Variable(matrix(predictions))
    const [gradient] = variableGradients(() => loss(x.value, matrix(targets)), [x]).gradients
    const computed = [...((await gradient?.data()) ?? [])]
    for (const [row, values] of predictions.entries()) {
      for (const column of values.keys()) {
        const shifted = (by: number): Row[] =>
          predictions.map((each, i) =>
            each.map((value, j) => (i === row && j === column ? value + by : value)),
          )
        const slope =
          ((await lossOf(name, shifted(1e-6), targets)) - (await lossOf(name, shifted(-1e-6), targets))) /
          2e-6
        expect(computed[row * values.length + column]).toBeCloseTo(slope, 6)
      }
    }
  })
})

describe('extreme predictions stay finite, with finite gradients', () => {
  const EXTREME = [
    [1e4, -1e4, 0],
    [-1e4, 1e4, 1e4],
    [-1e4, -1e4, -1e4],
  ]
  const CERTAIN = [
    [1, 0, 0],
    [0, 0, 1],
    [0, 1, 0],
  ]
  test.each(NAMES)('%s', async (name) => {
    const logits = /FromLogits|Error|[hH]inge|huber/.test(name)
    const targets = name.startsWith('sparse')
      ? [[1], [0], [2]]
      : [
          [0, 1, 0],
          [1, 0, 0],
          [0, 0, 1],
        ]
    const x = new Variable(tensor(logits ? EXTREME : CERTAIN))
    const { value, gradients } = variableGradients(() => lossFrom(name)(x.value, tensor(targets)), [x])
    const [loss = Number.NaN] = await value.data()
    expect(Number.isFinite(loss)).toBe(true)
    expect([...((await gradients[0]?.data()) ?? [Number.NaN])].every(Number.isFinite)).toBe(true)
    const wide = logits ? EXTREME : CERTAIN
    const expected = mean(wide.map((row, index) => CASES[name].reference(row, targets[index] as Row)))
    expect(Math.abs(loss - expected)).toBeLessThanOrEqual(1e-5 * Math.abs(expected) + 1e-5)
  })
})

describe('targets', () => {
  test('[batch] meets [batch, 1], both ways', async () => {
    const [column, row] = [tensor([[1], [2], [3]]), tensor([1, 2, 5])]
    const mse = lossFrom('meanSquaredError')
    expect((await mse(column, row).data())[0]).toBeCloseTo(4 / 3, 6)
    expect((await mse(row, column).data())[0]).toBeCloseTo(4 / 3, 6)
  })

  test('class numbers may have any integer type and a last axis of 1', async () => {
    const loss = lossFrom('sparseCategoricalCrossEntropyFromLogits')
    const expected = await lossOf('sparseCategoricalCrossEntropyFromLogits', LOGITS, CLASSES)
    for (const dtype of ['uint8', 'int32', 'float32'] as const) {
      const flat = loss(matrix(LOGITS), tensor([0, 1, 1], { dtype }))
      expect((await flat.data())[0]).toBeCloseTo(expected, 12)
    }
  })

  test('a function is its own loss', () => {
    const loss = (predictions: Tensor) => predictions.mean()
    expect(lossFrom(loss)).toBe(loss)
  })
})

test.each(NAMES)('%s leaves nothing behind', (name) => {
  const [rows, targets] = CASES[name].samples[0] as [Row[], Row[]]
  const [p, t] = [matrix(rows), matrix(targets)]
  const before = memory().tensors
  lossFrom(name)(p, t).dispose()
  expect(memory().tensors).toBe(before)
})

describe('messages', () => {
  const call = (name: LossName, p: Tensor, t: Tensor) => () => lossFrom(name)(p, t)

  test('targets of another shape', () => {
    expect(
      call('meanSquaredError', tensor([[1, 2]]), tensor([[1, 2, 3]])),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: meanSquaredError: expected targets of the shape of the predictions [1,2]; received targets [1,3]. Fix: reshape the targets.]`,
    )
  })

  test('class numbers for a categorical loss', () => {
    expect(call('categoricalCrossEntropy', tensor([[1, 2]]), tensor([1]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: categoricalCrossEntropy: expected targets of the shape of the predictions [1,2]; received targets [1]. Fix: use the sparse form, which takes class numbers, or oneHot the targets.]`,
    )
  })

  test('one-hot targets for a sparse loss', () => {
    expect(
      call('sparseCategoricalCrossEntropy', tensor([[1, 2]]), tensor([[0, 1]])),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: sparseCategoricalCrossEntropy: expected class numbers [1] for predictions [1,2]; received targets [1,2]. Fix: use the categorical form, which takes one-hot targets.]`,
    )
  })

  test('a class that the predictions do not have', () => {
    expect(
      call('sparseCategoricalCrossEntropy', tensor([[1, 2]]), tensor([2])),
    ).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: sparseCategoricalCrossEntropy: expected indices from 0 to 1 for axis 1 of length 2; received index 2. Fix: check the indices (labels and token numbers count from 0), or clip them first.]`,
    )
  })

  test('an unknown loss', () => {
    const name: string = 'mse'
    expect(() => lossFrom(name as LossName)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: loss: expected one of meanSquaredError, meanAbsoluteError, huber, hinge, categoricalHinge, binaryCrossEntropy, binaryCrossEntropyFromLogits, categoricalCrossEntropy, categoricalCrossEntropyFromLogits, sparseCategoricalCrossEntropy, sparseCategoricalCrossEntropyFromLogits, klDivergence; received mse. Fix: choose one of these names, or pass a function (predictions, targets) => scalar tensor.]`,
    )
  })
})
