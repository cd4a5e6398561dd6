/** Movement: results are elements of the inputs, so all are compared exactly. */
import * as n from '@nabla/core'
import { ANY, differentiable, type Operation, of } from '../operation.js'

export const MOVEMENT: readonly Operation[] = [
  differentiable({
    functions: ['reshape', 'flatten', 'squeeze', 'expandDims'],
    dtypes: ANY,
    inputs: [of(2, 3, 1, 4)],
    run: ([x]) => [
      n.reshape(x, [6, 4]),
      n.reshape(x, [-1, 8]),
      n.flatten(x),
      n.flatten(x, 1, 2),
      n.squeeze(x),
      n.squeeze(x, 2),
      n.expandDims(x, -1),
    ],
  }),
  differentiable({
    functions: ['transpose', 'permute', 'swapAxes', 'moveAxis'],
    dtypes: ANY,
    inputs: [of(2, 3, 4)],
    run: ([x]) => [
      n.transpose(x),
      n.transpose(x, [1, 0, 2]),
      n.permute(x, [2, 0, 1]),
      n.swapAxes(x, 0, -1),
      n.moveAxis(x, 0, 2),
    ],
  }),
  differentiable({
    functions: ['broadcastTo', 'meshgrid'],
    dtypes: ANY,
    inputs: [of(3, 1), of(4), of(2)],
    run: ([x, a, b]) => [
      n.broadcastTo(x, [2, 3, 4]),
      n.broadcastTo(a, [3, 4]),
      ...n.meshgrid([a, b]),
      ...n.meshgrid([a, b], { indexing: 'ij' }),
    ],
  }),
  differentiable({
    functions: ['contiguous'],
    dtypes: ANY,
    inputs: [of(3, 4)],
    run: ([x]) => n.contiguous(x),
  }),
  differentiable({
    functions: ['slice'],
    dtypes: ANY,
    inputs: [of(4, 5, 3)],
    run: ([x]) => [
      n.slice(x, 1),
      n.slice(x, [1, 3], -1),
      n.slice(x, '...', [0, null, 2]),
      n.slice(x, { step: -1 }, { start: 4, stop: 0, step: -2 }),
      n.slice(x, [2, 2]),
    ],
  }),
  differentiable({
    functions: ['concatenate', 'stack'],
    dtypes: ANY,
    inputs: [of(2, 3), of(4, 3), of(2, 3)],
    run: ([a, b, c]) => [
      n.concatenate([a, b]),
      n.concatenate([a, c, a], 1),
      n.stack([a, c]),
      n.stack([a, c], -1),
    ],
  }),
  differentiable({
    functions: ['split'],
    dtypes: ANY,
    inputs: [of(6, 2)],
    run: ([x]) => [...n.split(x, 3), ...n.split(x, [1, 4, 1], 0), ...n.split(x, 2, 1)],
  }),
  differentiable({
    functions: ['tile', 'repeat'],
    dtypes: ANY,
    inputs: [of(2, 3)],
    run: ([x]) => [
      n.tile(x, 2),
      n.tile(x, [2, 1]),
      n.tile(x, [2, 1, 2]),
      n.repeat(x, 2),
      n.repeat(x, 3, 0),
      n.repeat(x, 2, -1),
    ],
  }),
  differentiable({
    functions: ['pad'],
    dtypes: ANY,
    inputs: [of(3, 4)],
    run: ([x]) => [
      n.pad(x, 1),
      n.pad(
        x,
        [
          [0, 2],
          [1, 0],
        ],
        { value: 1 },
      ),
      n.pad(x, [2, 1], { mode: 'reflect' }),
      n.pad(x, 2, { mode: 'edge' }),
    ],
  }),
  differentiable({
    functions: ['flip', 'roll'],
    dtypes: ANY,
    inputs: [of(3, 4)],
    run: ([x]) => [n.flip(x), n.flip(x, 1), n.roll(x, 2), n.roll(x, -1, 0), n.roll(x, [1, 2], [0, 1])],
  }),
  differentiable({
    functions: ['diagonal', 'trace'],
    dtypes: ANY,
    inputs: [of(3, 4), of(2, 3, 3)],
    run: ([x, y]) => [
      n.diagonal(x),
      n.diagonal(x, { offset: 1 }),
      n.diagonal(y, { offset: -1, axes: [1, 2] }),
      n.trace(x),
      n.trace(y, { axes: [1, 2] }),
    ],
  }),
  differentiable({
    functions: ['tril', 'triu'],
    dtypes: ANY,
    inputs: [of(4, 5), of(2, 3, 3)],
    run: ([x, y]) => [n.tril(x), n.tril(y, 1), n.triu(x, -1), n.triu(y)],
  }),
]
