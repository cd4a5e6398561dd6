/**
 * Memory of captured programs: nothing is allocated once results are freed, and nothing grows.
 */
import { createNullBackend } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { describe, expect, it } from 'vitest'
import { grad, variableGradients } from '../autograd/index.js'
import { finishStep, openBatch } from '../engine/step.js'
import { memory } from '../engine/storage.js'
import { ones, tensor } from '../ops/creation/index.js'
import { matmul } from '../ops/linear-algebra/index.js'
import { mean, sum } from '../ops/reduction/index.js'
import type { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { jit } from './jit.js'

/** A training step on a small network, on a backend. */
function training(backend: ReturnType<typeof createCpuBackend>) {
  const w = new Variable(ones([4, 3], { backend }), { name: 'w' })
  const b = new Variable(ones([3], { backend }), { name: 'b' })
  const variables: readonly Variable[] = [w, b]
  const step = jit((x: Tensor, y: Tensor) => {
    const { value, gradients } = variableGradients(
      () => mean(matmul(x, w.value).add(b.value).sub(y).square()),
      variables,
    )
    gradients.forEach((gradient, i) => {
      const v = variables[i] as Variable
      v.assign(v.value.sub(gradient.mul(0.01)))
    })
    finishStep(gradients, step)
    return value
  })
  return { step, w, b }
}

describe('a training step', () => {
  it('allocates nothing after the first two calls, once its results are freed', () => {
    const inner = createNullBackend()
    const { step } = training(inner)
    const [x, y] = [ones([8, 4], { backend: inner }), ones([8, 3], { backend: inner })]
    step(x, y).dispose()
    step(x, y).dispose()
    const { peakBytes, buffers, bytes } = inner.memory()
    for (let call = 0; call < 50; call++) step(x, y).dispose()
    expect(inner.memory()).toMatchObject({ peakBytes, buffers, bytes })
  })

  it('keeps memory flat over a thousand calls without any dispose, and learns', () => {
    const backend = createCpuBackend()
    const { step, w, b } = training(backend)
    const batch = (): [Tensor, Tensor] => [
      tensor([[1, 2, 3, 4]], { backend }),
      tensor([[1, 0, -1]], { backend }),
    ]
    const [x, y] = batch()
    const first = step(x, y).dataSync()[0] as number
    step(x, y)
    const before = { ...memory(), buffers: backend.memory().buffers }
    let last = first
    for (let call = 0; call < 1000; call++) last = step(x, y).dataSync()[0] as number
    expect(memory().tensors - before.tensors).toBe(0)
    expect(memory().bytes - before.bytes).toBe(0)
    expect(backend.memory().buffers).toBe(before.buffers)
    expect(last).toBeLessThan(first / 1000)
    for (const each of [w, b]) each.dispose()
  })

  it('with batches of a loader: their results end with the batch', () => {
    const backend = createCpuBackend()
    const { step } = training(backend)
    const losses: Tensor[] = []
    const counts: number[] = []
    let previous: ReturnType<typeof openBatch> | undefined
    for (let call = 0; call < 6; call++) {
      previous?.close()
      previous = openBatch()
      // Transposed: jit copies it, and the batch owns the result all the same.
      const x = ones([4, 8], { backend }).transpose()
      const y = ones([8, 3], { backend })
      for (const each of [x, y]) previous.adopt(each)
      losses.push(step(x, y))
      counts.push(backend.memory().buffers)
    }
    expect(losses.map(({ isDisposed }) => isDisposed)).toEqual([true, true, true, true, true, false])
    previous?.close()
    expect(losses.at(-1)?.isDisposed).toBe(true)
  })
})

describe('results', () => {
  it('that are kept have memory of their own', () => {
    const backend = createCpuBackend()
    const f = jit((x: Tensor) => x.mul(2))
    const results = [1, 2, 3, 4].map((value) => f(tensor([value], { backend })))
    expect(results.map((each) => each.dataSync()[0])).toEqual([2, 4, 6, 8])
  })

  it('that are freed lend their memory to the next', () => {
    const backend = createNullBackend()
    const f = jit((x: Tensor) => [x.mul(2), x.exp()])
    const x = ones([16], { backend })
    for (const each of f(x)) each.dispose()
    const { peakBytes } = backend.memory()
    for (let call = 0; call < 20; call++) for (const each of f(x)) each.dispose()
    expect(backend.memory().peakBytes).toBe(peakBytes)
  })

  it('that share memory are freed with the last of them', () => {
    const backend = createCpuBackend()
    const f = jit((x: Tensor<[2, 3]>) => {
      const y = x.mul(2)
      return [y, y.transpose(), y.reshape([3, 2])] as const
    })
    const x = tensor(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { backend },
    )
    const [y, transposed, reshaped] = f(x)
    y.dispose()
    expect(Array.from(transposed.dataSync())).toEqual([2, 8, 4, 10, 6, 12])
    transposed.dispose()
    f(x)
    expect(Array.from(reshaped.dataSync())).toEqual([2, 4, 6, 8, 10, 12])
  })

  it('of a gradient live until they are applied or disposed, as without jit', () => {
    const backend = createCpuBackend()
    const f = jit(grad((x: Tensor) => sum(x.square())))
    const x = tensor([1, 2], { backend })
    const [first, second] = [f(x), f(x.mul(2))]
    expect([first, second].map((each) => Array.from(each.dataSync()))).toEqual([
      [2, 4],
      [4, 8],
    ])
    finishStep([first, second])
    expect([first, second].map(({ isDisposed }) => isDisposed)).toEqual([true, true])
  })
})

describe('constants', () => {
  it('live as long as the program; one that was freed by its owner is an error', () => {
    const backend = createCpuBackend()
    const outside = tensor([1, 2], { backend })
    const f = jit((x: Tensor) => x.add(outside))
    const x = tensor([1, 1], { backend })
    expect(Array.from(f(x).dataSync())).toEqual([2, 3])
    outside.dispose()
    expect(() => f(x)).toThrow(/freed/)
    const before = backend.memory().buffers
    f.dispose()
    expect(backend.memory().buffers).toBeLessThan(before)
  })
})
