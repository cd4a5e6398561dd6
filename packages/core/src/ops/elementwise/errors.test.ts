import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, expect, test } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { tensor } from '../creation/tensor.js'
import * as ops from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** The message of what a call throws. Calls that do not compile come as data, as from JavaScript. */
function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

const untyped: Record<string, (...operands: unknown[]) => unknown> = Object.fromEntries(
  Object.entries(ops).map(([name, operation]) => [
    name,
    (...operands) => Reflect.apply(operation, undefined, operands),
  ]),
)
const call = (name: string, ...operands: unknown[]): string => messageOf(() => untyped[name]?.(...operands))

const a23 = () =>
  tensor([
    [1, 2, 3],
    [4, 5, 6],
  ])

test('shapes that do not broadcast', () => {
  expect(call('add', a23(), tensor([1, 2]))).toMatchInlineSnapshot(
    `"add: expected shapes that broadcast: aligned at the last axis, lengths must be equal or one of them 1; received [2,3] and [2], which differ at axis -1 (3 against 2). Fix: reshape or transpose one of them so that axis -1 agrees, or give it length 1 with expandDims."`,
  )
  expect(
    call(
      'maximum',
      tensor([[[1], [2]]]),
      tensor([
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ]),
    ),
  ).toMatchInlineSnapshot(
    `"maximum: expected shapes that broadcast: aligned at the last axis, lengths must be equal or one of them 1; received [1,2,1] and [3,3], which differ at axis -2 (2 against 3). Fix: reshape or transpose one of them so that axis -2 agrees, or give it length 1 with expandDims."`,
  )
  expect(call('where', tensor([true, false]), a23(), 0)).toMatchInlineSnapshot(
    `"where: expected shapes that broadcast: aligned at the last axis, lengths must be equal or one of them 1; received [2] and [2,3], which differ at axis -1 (2 against 3). Fix: reshape or transpose one of them so that axis -1 agrees, or give it length 1 with expandDims."`,
  )
  expect(call('clip', a23(), tensor([0, 0]), 1)).toMatchInlineSnapshot(
    `"clip: expected shapes that broadcast: aligned at the last axis, lengths must be equal or one of them 1; received [2,3] and [2], which differ at axis -1 (3 against 2). Fix: reshape or transpose one of them so that axis -1 agrees, or give it length 1 with expandDims."`,
  )
  expect(call('prelu', a23(), tensor([0.1, 0.1]))).toMatchInlineSnapshot(
    `"prelu: expected shapes that broadcast: aligned at the last axis, lengths must be equal or one of them 1; received [2,3] and [2], which differ at axis -1 (3 against 2). Fix: reshape or transpose one of them so that axis -1 agrees, or give it length 1 with expandDims."`,
  )
})

test('operands that are no tensors', () => {
  expect(call('add', 1, 2)).toMatchInlineSnapshot(
    `"add: expected at least one tensor among the operands; received numbers only (1, 2). Fix: make one of them a tensor: tensor(value)."`,
  )
  expect(call('mul', tensor([1]), [1, 2])).toMatchInlineSnapshot(
    `"mul: expected a tensor; received an array. Fix: make it a tensor first: tensor(values)."`,
  )
  expect(call('relu', undefined)).toMatchInlineSnapshot(
    `"relu: expected a tensor; received undefined. Fix: pass a tensor."`,
  )
  expect(call('exp', 3)).toMatchInlineSnapshot(
    `"exp: expected at least one tensor among the operands; received numbers only (3). Fix: make one of them a tensor: tensor(value)."`,
  )
  expect(call('equal', tensor([1]), '1')).toMatchInlineSnapshot(
    `"equal: expected a tensor; received string. Fix: pass a tensor."`,
  )
})

test('types that an operation does not take', () => {
  expect(call('bitwiseAnd', tensor([1.5]), 1)).toMatchInlineSnapshot(
    `"bitwiseAnd: expected operands that are integers or booleans; received float32. Fix: cast first: x.cast('int32')."`,
  )
  expect(call('leftShift', tensor([1], { dtype: 'int32' }), 0.5)).toMatchInlineSnapshot(
    `"leftShift: expected operands that are integers or booleans; received float32. Fix: cast first: x.cast('int32')."`,
  )
  expect(call('cast', tensor([1]), 'int64')).toMatchInlineSnapshot(
    `"cast: expected one of bool, uint8, int32, uint32, float16, float32, float64; received int64. Fix: use the name of a dtype."`,
  )
})

test('numbers that do not fit the type of the tensor', () => {
  expect(call('add', tensor([1], { dtype: 'uint8' }), 300)).toMatchInlineSnapshot(
    `"add: expected a number from 0 to 255, since the tensor is uint8; received 300. Fix: cast the tensor to a wider type first: x.cast('int32')."`,
  )
  expect(call('sub', tensor([1], { dtype: 'uint8' }), -1)).toMatchInlineSnapshot(
    `"sub: expected a number from 0 to 255, since the tensor is uint8; received -1. Fix: cast the tensor to a wider type first: x.cast('int32')."`,
  )
  expect(call('less', tensor([1], { dtype: 'int32' }), 1e10)).toMatchInlineSnapshot(
    `"less: expected a number from -2147483648 to 2147483647, since the tensor is int32; received 10000000000. Fix: cast the tensor to a wider type first: x.cast('float32')."`,
  )
})

test('options that do not exist or contradict each other', () => {
  expect(call('clip', tensor([1]), 2, 1)).toMatchInlineSnapshot(
    `"clip: expected a lower limit that is not above the upper one; received low 2 and high 1. Fix: swap them: clip(x, low, high)."`,
  )
  expect(call('gelu', tensor([1]), { approximate: 'erf' })).toMatchInlineSnapshot(
    `"gelu: expected approximate to be 'none' or 'tanh'; received erf. Fix: call gelu(x) or gelu(x, { approximate: 'tanh' })."`,
  )
})

test('tensors that cannot be used together', () => {
  expect(call('add', tensor([1]), tensor([1], { backend: createCpuBackend() }))).toMatchInlineSnapshot(
    `"add: expected all tensors on one backend; received tensors on "cpu" and "cpu" (two of that name). Fix: move one of them first: await tensor.to(backend)."`,
  )
})
