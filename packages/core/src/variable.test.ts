import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, expect, test } from 'vitest'
import { setDefaultBackend } from './engine/default-backend.js'
import { scope } from './engine/scope.js'
import { memory } from './engine/storage.js'
import { ones, tensor, zeros } from './ops/creation/index.js'
import { Variable } from './variable.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** Tensors that nobody but the garbage collector freed count as live. */
const live = (): number => memory().tensors + memory().leaked

test('holds a tensor, and frees the one that it held', async () => {
  const before = live()
  const w = new Variable(zeros([2]), { name: 'w' })
  w.assign(w.value.add(1))
  w.assign(w.value.add(1))
  expect(await w.value.array()).toEqual([2, 2])
  expect(live()).toBe(before + 1)
  w.assign(w.value)
  expect(w.value.isDisposed).toBe(false)
  w.dispose()
  expect(live()).toBe(before)
})

test('frees the one that it held in a long scope, too', () => {
  const w = new Variable(zeros([2]))
  scope(() => {
    const before = live()
    for (let i = 0; i < 5; i++) w.assign(ones([2]))
    expect(live()).toBe(before)
  })
  expect(w.value.isDisposed).toBe(false)
})

test('can be given the tensor of another variable, which keeps its own', async () => {
  const [target, online] = [new Variable(zeros([2])), new Variable(ones([2]))]
  target.assign(online.value)
  online.assign(zeros([2]))
  expect(await target.value.array()).toEqual([1, 1])
  const copy = new Variable(target.value)
  target.dispose()
  expect(await copy.value.array()).toEqual([1, 1])
})

test('explains a value that does not fit', () => {
  const w = new Variable(zeros([2, 3]), { name: 'dense/kernel' })
  expect(() => w.assign(zeros([3, 2]))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: assign to "dense/kernel": expected float32 [2,3]; received float32 [3,2]. Fix: reshape or cast the new value, or make a new variable.]`,
  )
  expect(() =>
    w.assign(
      tensor(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        { dtype: 'int32' },
      ),
    ),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: assign to "dense/kernel": expected float32 [2,3]; received int32 [2,3]. Fix: reshape or cast the new value, or make a new variable.]`,
  )
})
