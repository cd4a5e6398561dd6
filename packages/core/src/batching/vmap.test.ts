import { expressions as e, index, input } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { setDefaultBackend } from '../engine/default-backend.js'
import { ones, tensor, tensorFrom, zeros } from '../ops/creation/index.js'
import { argsort, sort, topK } from '../ops/indexing/index.js'
import { matmul } from '../ops/linear-algebra/index.js'
import { moveAxis, slice, stack } from '../ops/movement/index.js'
import { map, mapMany } from '../primitives/map.js'
import { dropout, Generator, normal, shuffle } from '../random/index.js'
import type { Tensor } from '../tensor.js'
import { noise } from '../testing/arrangements.js'
import { vmap } from './vmap.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const matrix = (rows: number, columns: number, seed = 1): Tensor =>
  tensorFrom(noise(rows * columns, seed), [rows, columns], { dtype: 'float64' })

/** Example `i` along an axis. */
const example = (x: Tensor, i: number, axis = 0): Tensor => slice(moveAxis(x, axis, 0), i) as Tensor

describe('the axes of arguments and results', () => {
  test('equal a loop for every axis', () => {
    const axes = fc.record({
      rank: fc.integer({ min: 1, max: 4 }),
      inAxis: fc.nat(),
      outAxis: fc.nat(),
      seed: fc.nat(99),
    })
    fc.assert(
      fc.property(axes, fc.boolean(), fc.boolean(), (given, negativeIn, negativeOut) => {
        const { rank, seed } = given
        const shape = [2, 3, 4, 2].slice(0, rank)
        const inAxis = given.inAxis % rank
        const outAxis = given.outAxis % rank
        const x = tensorFrom(
          noise(
            shape.reduce((a, b) => a * b, 1),
            seed,
          ),
          shape,
          { dtype: 'float64' },
        )
        const run = (each: Tensor): Tensor => each.mul(each).add(1)
        const result = vmap(run, {
          inAxes: negativeIn ? inAxis - rank : inAxis,
          outAxes: negativeOut ? outAxis - rank : outAxis,
        })(x)
        const parts = Array.from({ length: shape[inAxis] as number }, (_, i) => run(example(x, i, inAxis)))
        const wanted = stack(parts as [Tensor, ...Tensor[]], outAxis)
        expect(result.shape).toEqual(wanted.shape)
        expect(result.dataSync()).toEqual(wanted.dataSync())
      }),
      { numRuns: 60 },
    )
  })

  test('differ between arguments, and null is the same for all', async () => {
    const weight = matrix(3, 2)
    const x = matrix(3, 4)
    const run = (w: Tensor, each: Tensor): Tensor => each.dot(w) as Tensor
    const result = vmap(run, { inAxes: [null, 1], outAxes: 1 })(weight, x)
    const wanted = moveAxis(matmul(x.transpose(), weight) as Tensor, 0, 1)
    expect(result.shape).toEqual([2, 4])
    expect(await result.array()).toEqual(await wanted.array())
  })

  test('hold for trees, and what is no tensor passes through', async () => {
    const model = { weight: matrix(4, 3), layers: [matrix(4, 3, 2)] }
    const marker = new Map<never, never>()
    const result = vmap((tree: typeof model, factor: number, given: Map<never, never>) => {
      expect(given).toBe(marker)
      return {
        sum: tree.weight.add(tree.layers[0] as Tensor).mul(factor),
        factor,
        parts: [tree.weight],
        none: undefined,
      }
    })(model, 2, marker)
    expect(await result.sum.array()).toEqual(
      await model.weight
        .add(model.layers[0] as Tensor)
        .mul(2)
        .array(),
    )
    expect(await (result.parts[0] as Tensor).array()).toEqual(await model.weight.array())
    expect([result.factor, result.none]).toEqual([2, undefined])
  })

  test('results that do not depend on the batch are repeated', async () => {
    const given = tensor([5, 6])
    const result = vmap((_x: Tensor) => [ones([2]), given])(zeros([3, 1]))
    expect(await Promise.all(result.map((each) => each.array()))).toEqual([
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      [
        [5, 6],
        [5, 6],
        [5, 6],
      ],
    ])
    expect(given.isDisposed).toBe(false)
  })

  test('of one example, and of an argument that is returned as it is', async () => {
    const x = matrix(1, 2)
    const result = vmap((each: Tensor) => each)(x)
    x.dispose()
    expect(result.shape).toEqual([1, 2])
    expect((await result.data()).length).toBe(2)
  })
})

describe('operations in a batch', () => {
  test('of different ranks broadcast per example', async () => {
    const [a, b] = [matrix(3, 2), tensorFrom(noise(24, 5), [3, 4, 2], { dtype: 'float64' })]
    const result = vmap((x: Tensor, y: Tensor) => x.add(y).mul(matrix(4, 1, 7)))(a, b)
    const wanted = a
      .reshape([3, 1, 2])
      .add(b)
      .mul(matrix(4, 1, 7))
    expect(await result.array()).toEqual(await wanted.array())
  })

  test('with coordinates count per example', async () => {
    const x = matrix(3, 2)
    const positions = (each: Tensor): Tensor =>
      map('positions', e.add(input(0, 'float64'), e.cast(index(0), 'float64')), [each])
    expect(await vmap(positions)(x).array()).toEqual(
      await x.add(tensor([0, 1], { dtype: 'float64' })).array(),
    )
    const [plus, minus] = vmap((each: Tensor) =>
      mapMany('both', [e.add(input(0, 'float64'), 1), e.negate(input(0, 'float64'))], [each]),
    )(x) as [Tensor, Tensor]
    expect(await plus.array()).toEqual(await x.add(1).array())
    expect(await minus.array()).toEqual(await x.neg().array())
  })

  test('draw the same random numbers for every example', async () => {
    const x = ones([3, 8])
    const seeded = (): { generator: Generator } => ({ generator: new Generator(3) })
    const dropped = await dropout(ones([8]), 0.5, seeded()).array()
    expect(await vmap((each: Tensor) => dropout(each, 0.5, seeded()))(x).array()).toEqual([
      dropped,
      dropped,
      dropped,
    ])
    const noisy = await ones([8])
      .add(normal([8], seeded()))
      .array()
    expect(await vmap((each: Tensor) => each.add(normal([8], seeded())))(x).array()).toEqual([
      noisy,
      noisy,
      noisy,
    ])
    const mixed = vmap((each: Tensor) => shuffle(each, seeded()))(matrix(2, 5))
    expect(await example(mixed, 0).array()).toEqual(await shuffle(example(matrix(2, 5), 0), seeded()).array())
  })

  test('order each example by itself', async () => {
    const x = matrix(3, 5)
    expect(await vmap((each: Tensor) => sort(each))(x).array()).toEqual(await sort(x).array())
    expect(await vmap((each: Tensor) => argsort(each))(x).array()).toEqual(await argsort(x).array())
    const { values, indices } = vmap((each: Tensor) => topK(each, 2))(x)
    expect(await values.array()).toEqual(await topK(x, 2).values.array())
    expect(await indices.array()).toEqual(await topK(x, 2).indices.array())
  })
})

describe('vmap of vmap', () => {
  test('is a loop in a loop', async () => {
    const [a, b] = [matrix(3, 4), matrix(2, 4, 9)]
    const dot = (x: Tensor, y: Tensor): Tensor => x.dot(y) as Tensor
    const pairs = vmap(vmap(dot, { inAxes: [null, 0] }), { inAxes: [0, null] })(a, b)
    expect(await pairs.array()).toEqual(await (matmul(a, b.transpose()) as Tensor).array())
    const inner = vmap((x: Tensor) => vmap((y: Tensor) => y.dot(x), { inAxes: 0 })(b) as Tensor, {
      outAxes: 1,
    })(a)
    expect(await inner.array()).toEqual(await (matmul(b, a.transpose()) as Tensor).array())
  })

  test('uses what the outer one has batched', async () => {
    const x = matrix(3, 4)
    const result = vmap((row: Tensor) => vmap((each: Tensor) => each.mul(row.sum()).add(row))(row))(x)
    const wanted = x
      .reshape([3, 4, 1])
      .mul(x.sum(1).reshape([3, 1, 1]))
      .add(x.reshape([3, 1, 4]))
    expect(result.shape).toEqual([3, 4, 4])
    expect(await result.array()).toEqual(await wanted.array())
  })
})
