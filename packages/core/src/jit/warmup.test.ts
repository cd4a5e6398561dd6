/** `warmup`: capturing ahead changes nothing but when the work is done. */
import {
  type Backend,
  createNullBackend,
  decorate,
  type Executable,
  type Program,
  replayProgram,
} from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeEach, expect, test } from 'vitest'
import { jit, setDefaultBackend, type Tensor, tensor, Variable, zeros } from '../index.js'

/** A backend whose programs take time to compile. */
function slowCompiling(inner: Backend) {
  const log: string[] = []
  const prepare = (program: Program): Executable => {
    const executable = replayProgram(inner, program)
    return {
      ...executable,
      warmup: async () => {
        log.push('compiling')
        await Promise.resolve()
        log.push('compiled')
      },
    }
  }
  return { backend: decorate(inner, { prepare }), log }
}

beforeEach(() => setDefaultBackend(createCpuBackend()))

test('captures and waits for kernels, and runs nothing', async () => {
  const inner = createNullBackend()
  const { backend, log } = slowCompiling(inner)
  setDefaultBackend(backend)
  let captures = 0
  const double = jit((x: Tensor) => {
    captures += 1
    return x.mul(2)
  })
  const x = zeros([3])
  inner.resetCounts()
  await double.warmup(x)
  expect(log).toEqual(['compiling', 'compiled'])
  expect(inner.counts().total).toBe(0)
  double(x)
  expect(inner.counts().total).toBe(1)
  await double.warmup(x)
  double(zeros([4]))
  expect(captures).toBe(2)
})

test('variables, and what the host counts, go on as without it', async () => {
  const run = async (warm: boolean) => {
    const count = new Variable(tensor([0]), { name: 'count' })
    const step = jit((x: Tensor) => {
      count.assign(count.value.add(x))
      return count.value.mul(1)
    })
    const x = tensor([1])
    if (warm) await step.warmup(x)
    const results: unknown[] = []
    for (let i = 0; i < 3; i++) results.push(await step(x).array())
    return results
  }
  expect(await run(true)).toEqual(await run(false))
})

test('fails as the call would', async () => {
  const wrong = jit((x: Tensor) => x.add(x.dataSync()[0] ?? 0))
  await expect(wrong.warmup(tensor([1]))).rejects.toThrow(/TracingError|no reading of values/)
})
