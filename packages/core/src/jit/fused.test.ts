/**
 * Functions whose kernels are fused, in every type: the very same numbers as eager, and fewer kernels.
 */
import { type DType, isFloat } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { describe, expect, it } from 'vitest'
import { grad } from '../autograd/index.js'
import * as n from '../index.js'
import type { Tensor } from '../tensor.js'
import { programFacts } from './inspect.js'
import { jit } from './jit.js'

n.setDefaultBackend(createCpuBackend())

const valuesOf = (x: Tensor): number[] => Array.from(x.dataSync(), Number)

/** Inputs in some type, others for another salt. */
function given(dtype: DType, salt: number): Tensor {
  const values = Array.from({ length: 24 }, (_, i) => ((i * 7 + salt * 5) % 23) - (isFloat(dtype) ? 11 : 0))
  return n.tensorFrom(dtype === 'bool' ? values.map((value) => value % 2) : values, [4, 6], { dtype })
}

interface Example {
  readonly name: string
  readonly run: (x: Tensor) => Tensor | Tensor[]
  readonly dtypes: readonly DType[]
  /** How many kernels at most. */
  readonly kernels: number
}

const FLOATS = ['float16', 'float32', 'float64'] as const
const INTEGERS = ['uint8', 'int32', 'uint32'] as const
const NUMBERS = [...INTEGERS, ...FLOATS] as const

const EXAMPLES: readonly Example[] = [
  {
    name: 'positions of extremes, mapped',
    run: (x) => [n.argmax(x, 1).mul(2).add(1), n.argmin(x, 0).cast('float32').div(4)],
    dtypes: NUMBERS,
    kernels: 2,
  },
  {
    name: 'truth, mapped',
    run: (x) => [n.any(x.greater(5), 1).cast('float32').sub(0.5), n.all(x.notEqual(3), 0).logicalNot()],
    dtypes: NUMBERS,
    kernels: 2,
  },
  { name: 'counts', run: (x) => n.countNonzero(x, 0).mul(3), dtypes: ['bool', ...NUMBERS], kernels: 1 },
  {
    name: 'sums of integers, which wrap',
    run: (x) => x.mul(100).add(200).sum(1).mul(3).cast('float64').div(2),
    dtypes: INTEGERS,
    kernels: 1,
  },
  {
    name: 'casts there and back, which cut and wrap',
    run: (x) => x.mul(37).cast('uint8').cast('int32').sub(100).cast('float32').mul(0.5).cast(x.dtype),
    dtypes: NUMBERS,
    kernels: 1,
  },
  {
    name: 'bits',
    run: (x) => n.bitwiseNot(n.bitwiseXor(n.leftShift(x, n.tensor(2, { dtype: x.dtype })), x)),
    dtypes: INTEGERS,
    kernels: 1,
  },
  {
    name: 'bits of truth',
    run: (x) =>
      n
        .logicalXor(x, x.slice({ start: 3, step: -1 }))
        .logicalOr(x)
        .logicalNot(),
    dtypes: ['bool'],
    kernels: 1,
  },
  {
    name: 'half precision, rounded at each step',
    run: (x) => x.div(3).add(1000).sub(1000).mul(7).square(),
    dtypes: FLOATS,
    kernels: 1,
  },
  {
    name: 'one-hot of the largest',
    run: (x) => n.oneHot(n.argmax(x, 1), 6).sub(0.25),
    dtypes: NUMBERS,
    kernels: 2,
  },
  {
    name: 'a chain through transposes, parts and reversals',
    run: (x) =>
      n
        .flip(x.neg().transpose().slice({ step: 2 }).abs())
        .reshape([2, 6])
        .add(x.slice({ stop: 2 })),
    dtypes: FLOATS,
    kernels: 2,
  },
]

describe.each(EXAMPLES)('$name', ({ run, dtypes, kernels }) => {
  it.each(dtypes)('%s', (dtype) => {
    const list = (x: Tensor): Tensor[] => [run(x)].flat()
    const f = jit(list)
    for (const salt of [1, 2, 3]) {
      const x = given(dtype, salt)
      const [got, wanted] = [f(x), list(x)]
      expect(got.map(valuesOf)).toEqual(wanted.map(valuesOf))
      expect(got.map((each) => each.dtype)).toEqual(wanted.map((each) => each.dtype))
    }
    expect(programFacts(f)[0]?.kernels).toBeLessThanOrEqual(kernels)
  })
})

describe('a small convolutional network and its gradient', () => {
  const loss = (x: Tensor, kernel: Tensor, bias: Tensor): Tensor => {
    const image = x.reshape([1, 4, 6, 1])
    const activated = n
      .conv2d(image, kernel.reshape([2, 2, 1, 3]), { padding: 'same' })
      .add(bias)
      .relu()
    const pooled = n.maxPool2d(activated, 2).reshape([1, 18])
    return n.logSoftmax(pooled).mul(pooled).mean().neg()
  }

  it.each(['float32', 'float64'] as const)('%s', (dtype) => {
    const wave = (count: number, salt: number): Tensor =>
      n.tensorFrom(
        Array.from({ length: count }, (_, i) => Math.sin(5.3 * i + salt)),
        [count],
        { dtype },
      )
    const pull = (x: Tensor, kernel: Tensor, bias: Tensor): readonly Tensor[] =>
      grad(([a, b, c]: readonly Tensor[]) => loss(a as Tensor, b as Tensor, c as Tensor))([x, kernel, bias])
    const f = jit(pull)
    for (const salt of [1, 2]) {
      const inputs = [wave(24, salt).reshape([4, 6]), wave(12, salt + 10), wave(3, salt + 20)] as const
      const [got, wanted] = [f(...inputs), pull(...inputs)].map((list) => list.map(valuesOf))
      for (const [i, values] of (wanted ?? []).entries()) {
        for (const [j, value] of values.entries())
          expect(got?.[i]?.[j]).toBeCloseTo(value, dtype === 'float32' ? 5 : 12)
      }
    }
    const [facts] = programFacts(f)
    expect(facts?.kernels).toBeLessThan((facts?.recorded ?? 0) * 0.7)
  })
})
