import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { withTemporaries } from '../../engine/temporaries.js'
import type { Tensor } from '../../tensor.js'
import { mul } from '../elementwise/index.js'
import { expectGradient } from '../testing/gradients.js'
import { gridOf } from '../testing/grid.js'
import * as movement from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const x = gridOf([2, 3, 2], ([i = 0, j = 0, k = 0]) => Math.sin(7 * i + 3 * j + k + 1))

const MOVES: [string, (x: Tensor) => Tensor][] = [
  ['reshape', (t) => movement.reshape(t, [4, -1])],
  ['reshape of a transposed tensor', (t) => movement.reshape(movement.transpose(t), [6, 2])],
  ['flatten', (t) => movement.flatten(t, 1)],
  ['squeeze and expandDims', (t) => movement.squeeze(movement.expandDims(t, [0, 2]), 0)],
  ['transpose', (t) => movement.transpose(t)],
  ['permute', (t) => movement.permute(t, [1, 2, 0])],
  ['swapAxes', (t) => movement.swapAxes(t, 0, -1)],
  ['moveAxis', (t) => movement.moveAxis(t, 0, -1)],
  ['broadcastTo', (t) => movement.broadcastTo(movement.expandDims(t, 1), [3, 2, 2, 3, 2])],
  ['slice', (t) => movement.slice(t, 1, [null, null, -2], [1, 3])],
  ['slice of nothing', (t) => movement.slice(t, [2, null])],
  ['concatenate', (t) => movement.concatenate([t, mul(t, t), t], 1)],
  ['stack', (t) => movement.stack([t, mul(t, t)], -1)],
  ['split', (t) => movement.split(t, [1, 1], -1)[1] as Tensor],
  ['tile', (t) => movement.tile(t, [2, 1, 3])],
  ['repeat', (t) => movement.repeat(t, 3, 1)],
  ['repeat of all', (t) => movement.repeat(t, 2)],
  [
    'pad',
    (t) =>
      movement.pad(
        t,
        [
          [0, 0],
          [1, 2],
          [0, 1],
        ],
        { value: 3 },
      ),
  ],
  [
    'pad with edges',
    (t) =>
      movement.pad(
        t,
        [
          [0, 1],
          [3, 0],
          [1, 1],
        ],
        { mode: 'edge' },
      ),
  ],
  [
    'pad by reflection',
    (t) =>
      movement.pad(
        t,
        [
          [0, 1],
          [3, 0],
          [1, 1],
        ],
        { mode: 'reflect' },
      ),
  ],
  ['flip', (t) => movement.flip(t, [0, 2])],
  ['roll', (t) => movement.roll(t, [1, -2], [0, 2])],
  ['diagonal', (t) => movement.diagonal(t, { offset: 1, axes: [1, 2] })],
  ['trace', (t) => movement.trace(t)],
  ['tril', (t) => movement.tril(t)],
  ['triu', (t) => movement.triu(t, 1)],
  ['meshgrid', (t) => movement.meshgrid([movement.flatten(t), movement.flatten(t)])[1] as Tensor],
]

it.each(MOVES)('%s, first and second order', (_, move) => {
  // Squared, since the second derivative of what only moves elements is zero.
  expectGradient((t) => withTemporaries(() => mul(move(t), move(t))), x, { second: true })
})
