/** Reductions and running reductions. */
import * as n from '@nabla/core'
import { ANY, differentiable, discrete, FLOATS, filled, NUMBERS, type Operation, of } from '../operation.js'

const positive = filled([3, 4], [0.5, 1, 1.5, 2, 2.5, 3, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75])

/** Without the moments, which come with it. */
const normalized = (...parameters: Parameters<typeof n.normalizeOver>): n.Tensor =>
  n.withTemporaries(() => n.normalizeOver(...parameters).output)

export const REDUCTIONS: readonly Operation[] = [
  differentiable({
    functions: ['sum'],
    dtypes: ANY,
    inputs: [of(2, 3, 4), of(0, 3)],
    run: ([x, empty]) => [
      n.sum(x),
      n.sum(x, 1),
      n.sum(x, [0, 2], { keepdims: true }),
      n.sum(empty, 0),
      n.sum(empty, 1),
    ],
  }),
  differentiable({
    functions: ['mean'],
    dtypes: NUMBERS,
    inputs: [of(2, 3, 4)],
    run: ([x]) => [n.mean(x), n.mean(x, -1), n.mean(x, [0, 1], { keepdims: true })],
  }),
  differentiable({
    functions: ['prod'],
    dtypes: NUMBERS,
    inputs: [positive, filled([5], [2, 0, 3, 1, 0.5])],
    run: ([x, withZero]) => [n.prod(x), n.prod(x, 0), n.prod(x, 1, { keepdims: true }), n.prod(withZero)],
  }),
  differentiable({
    functions: ['max'],
    dtypes: NUMBERS,
    inputs: [of(3, 4, 2)],
    run: ([x]) => [n.max(x), n.max(x, 1), n.max(x, [0, 2], { keepdims: true })],
    smooth: false,
  }),
  differentiable({
    functions: ['min'],
    dtypes: NUMBERS,
    inputs: [of(3, 4, 2)],
    run: ([x]) => [n.min(x), n.min(x, 0), n.min(x, [1, 2], { keepdims: true })],
    smooth: false,
  }),
  discrete({
    functions: ['argmax'],
    dtypes: NUMBERS,
    inputs: [of(3, 5), filled([6], [1, 3, 2, 3, 0, 3])],
    run: ([x, ties]) => [n.argmax(x), n.argmax(x, 0), n.argmax(x, -1, { keepdims: true }), n.argmax(ties)],
  }),
  discrete({
    functions: ['argmin'],
    dtypes: NUMBERS,
    inputs: [of(3, 5), filled([6], [1, 0, 2, 3, 0, 3])],
    run: ([x, ties]) => [n.argmin(x), n.argmin(x, 0), n.argmin(x, -1, { keepdims: true }), n.argmin(ties)],
  }),
  discrete({
    functions: ['any', 'all', 'countNonzero'],
    dtypes: ANY,
    inputs: [filled([3, 3], [0, 1, 0, 0, 0, 0, 1, 1, 1])],
    run: ([x]) => [
      n.any(x),
      n.any(x, 1),
      n.all(x, 0),
      n.all(x, [0, 1], { keepdims: true }),
      n.countNonzero(x, 1),
    ],
  }),
  differentiable({
    functions: ['variance', 'standardDeviation'],
    inputs: [of(3, 5)],
    run: ([x]) => [
      n.variance(x),
      n.variance(x, 1, { correction: 1 }),
      n.standardDeviation(x, 0, { keepdims: true }),
    ],
    tolerance: 256,
  }),
  differentiable({
    functions: ['norm'],
    inputs: [of(3, 4)],
    run: ([x]) => [
      n.norm(x),
      n.norm(x, 1),
      n.norm(x, 0, { order: 1 }),
      n.norm(x, 1, { order: 3, keepdims: true }),
      n.norm(x, 1, { order: Infinity }),
    ],
    smooth: false,
    tolerance: 256,
  }),
  differentiable({
    functions: ['logSumExp'],
    inputs: [of(3, 4), filled([2, 3], [90, 100, 95, -100, -90, -120])],
    run: ([x, large]) => [n.logSumExp(x), n.logSumExp(x, 0), n.logSumExp(large, 1, { keepdims: true })],
    tolerance: 256,
  }),
  differentiable({
    functions: ['softmax'],
    inputs: [of(3, 4), of(2, 1, 3)],
    run: ([x, y]) => [n.softmax(x), n.softmax(x, 0), n.softmax(y, 1), n.softmax(y)],
    tolerance: 128,
  }),
  differentiable({
    functions: ['logSoftmax'],
    inputs: [of(3, 4)],
    run: ([x]) => [n.logSoftmax(x), n.logSoftmax(x, 0)],
    tolerance: 256,
  }),
  differentiable({
    functions: ['normalizeOver'],
    inputs: [of(3, 4), of(4), of(3, 1)],
    run: ([x, features, samples]) => [
      normalized(x, -1, { scale: features, shift: features }),
      normalized(x, 0, { scale: features }),
      normalized(x, undefined, { shift: samples, epsilon: 0.1 }),
    ],
    tolerance: 1024,
  }),
  differentiable({
    functions: ['normalizeBy'],
    inputs: [of(3, 4), of(4), filled([4], [0.5, 1, 2, 3])],
    run: ([x, mean, variance]) => [
      n.normalizeBy(x, mean, variance),
      n.normalizeBy(x, mean, variance, { scale: variance, shift: mean, epsilon: 0.1 }),
    ],
    tolerance: 256,
  }),
  differentiable({
    functions: ['cumsum'],
    dtypes: NUMBERS,
    inputs: [of(3, 4)],
    run: ([x]) => [
      n.cumsum(x),
      n.cumsum(x, 0),
      n.cumsum(x, 1, { reverse: true }),
      n.cumsum(x, 1, { exclusive: true }),
    ],
  }),
  differentiable({
    functions: ['cumprod'],
    dtypes: NUMBERS,
    inputs: [filled([2, 4], [0.5, 1, 1.5, 2, 2.5, 3, 0.25, 0.75])],
    run: ([x]) => [n.cumprod(x, 1), n.cumprod(x, 0, { reverse: true }), n.cumprod(x, 1, { exclusive: true })],
  }),
  differentiable({
    functions: ['cummax', 'cummin'],
    dtypes: NUMBERS,
    inputs: [of(3, 5)],
    run: ([x]) => [n.cummax(x, 1), n.cummax(x, 0, { reverse: true }), n.cummin(x, 1), n.cummin(x, 0)],
    smooth: false,
  }),
  differentiable({
    functions: ['median', 'quantile'],
    dtypes: FLOATS,
    inputs: [of(3, 5)],
    run: ([x]) => [n.median(x), n.median(x, 1), n.quantile(x, 0.3, 0), n.quantile(x, [0.1, 0.5, 0.9], 1)],
    smooth: false,
  }),
]
