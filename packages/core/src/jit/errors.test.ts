/**
 * What can't be captured, and what the errors say.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { describe, expect, it } from 'vitest'
import { grad, variableGradients } from '../autograd/index.js'
import { setDefaultBackend } from '../engine/default-backend.js'
import { openBatch } from '../engine/step.js'
import { ones, tensor } from '../ops/creation/index.js'
import { sum } from '../ops/reduction/index.js'
import type { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { inspect } from './inspect.js'
import { jit } from './jit.js'

setDefaultBackend(createCpuBackend())

/** The message of what a function throws, or rejects with. */
async function failure(run: () => unknown): Promise<string> {
  try {
    await run()
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
  return 'nothing was thrown'
}

const x = ones([2])

describe('reading inside', () => {
  it('dataSync', async () => {
    expect(await failure(() => jit((y: Tensor) => y.mul(y.dataSync()[0] ?? 0))(x))).toMatchInlineSnapshot(
      `"TracingError: dataSync: expected no reading of values while a function is traced: they exist only when the captured program runs; received a read of a tensor inside a function given to jit. Fix: return the tensor and read it outside, use where(condition, a, b) instead of an if over values, or leave the function without jit (for models: compile({ …, jit: false }))."`,
    )
  })

  it('item, data, array', async () => {
    const reads: ((y: Tensor) => Promise<unknown>)[] = [
      (y) => sum(y).item(),
      (y) => y.data(),
      (y) => y.array(),
    ]
    for (const read of reads) {
      const found: Promise<unknown>[] = []
      const f = jit((y: Tensor) => {
        found.push(read(y))
        return y.mul(2)
      })
      f(x)
      expect(await failure(() => found[0])).toMatch(
        /^TracingError: .*a read of a tensor inside a function given to jit/,
      )
    }
  })

  it('an async function', async () => {
    expect(
      await failure(() =>
        jit(async (y: Tensor) => {
          const [first = 0] = await y.data()
          return y.mul(Number(first))
        })(x),
      ),
    ).toMatchInlineSnapshot(
      `"ValueError: jit: expected a function that returns at once; received an async function. Fix: read values (await …) outside of the function; return what you need besides the loss as { value, … }."`,
    )
  })

  it('printing shows no values, and fails no program', () => {
    let shown = ''
    const f = jit((y: Tensor) => {
      const z = y.mul(2)
      shown = `${z}`
      return z
    })
    expect(Array.from(f(x).dataSync())).toEqual([2, 2])
    expect(shown).toMatchInlineSnapshot(
      `"Tensor<[2], float32> on cpu; await tensor.print() shows its values"`,
    )
  })
})

describe('what would become a constant', () => {
  it('the tensor of a variable, taken out before', async () => {
    const v = new Variable(ones([2]), { name: 'weight' })
    const { value } = v
    expect(await failure(() => jit((y: Tensor) => y.mul(value))(x))).toMatchInlineSnapshot(
      `"TracingError: mul: expected variables to be read inside the function given to jit; received the tensor of variable "weight", taken out before: it would be a constant in the captured program. Fix: read variable.value inside the function."`,
    )
  })

  it('a batch of a loader', async () => {
    const batch = openBatch()
    const input = ones([2])
    batch.adopt(input)
    expect(await failure(() => jit((y: Tensor) => y.mul(input))(x))).toMatchInlineSnapshot(
      `"TracingError: mul: expected batches as arguments of the function given to jit; received float32 [2] made by ones, which belongs to a batch of a loader and would be a constant in the captured program. Fix: pass it as an argument."`,
    )
    batch.close()
  })

  it('a parameter of a gradient', async () => {
    const w = tensor([1, 2])
    const f = jit((y: Tensor) => grad((each: Tensor) => sum(each.mul(y)))(w))
    expect(await failure(() => f(x))).toMatchInlineSnapshot(
      `"TracingError: grad: expected parameters that are arguments of the function given to jit, or Variables; received a gradient with respect to float32 [2] made by tensor, which is from outside and would be a constant in the captured program. Fix: pass it as an argument, or keep it in a Variable."`,
    )
  })
})

describe('what does not belong', () => {
  it('a tensor that leaked out of the trace', async () => {
    let leaked: Tensor = x
    const f = jit((y: Tensor) => {
      leaked = y.mul(2).keep()
      return leaked.add(1)
    })
    f(x)
    expect(await failure(() => leaked.dataSync())).toMatchInlineSnapshot(
      `"TracingError: read: expected tensors that have values; received a tensor that was made while a function was traced by jit, which has none. Fix: return tensors from the function instead of keeping them in an outer variable; what is to last belongs in a Variable."`,
    )
    expect(await failure(() => leaked.add(1))).toMatch(
      /^TracingError: allocate: expected tensors that have values/,
    )
  })

  it('two backends', async () => {
    const other = ones([2], { backend: createCpuBackend() })
    expect(await failure(() => jit((y: Tensor) => y.mul(other))(x))).toMatchInlineSnapshot(
      `"BackendError: mul: expected all tensors on one backend; received tensors on "cpu" and "cpu" (two of that name). Fix: move one of them first: await tensor.to(backend)."`,
    )
    expect(await failure(() => jit((y: Tensor) => [y.mul(2), other])(x))).toContain('BackendError')
    expect(await failure(() => jit((y: Tensor, z: Tensor) => [y.mul(2), z])(x, other))).toContain(
      'BackendError',
    )
  })

  it('disposing a variable inside', async () => {
    const v = new Variable(ones([2]), { name: 'weight' })
    const f = jit(() => {
      const y = v.value.mul(2)
      v.dispose()
      return y
    })
    expect(await failure(() => f())).toMatchInlineSnapshot(
      `"TracingError: dispose "weight": expected variables that outlive the function given to jit; received dispose() inside the function that uses it. Fix: dispose it outside."`,
    )
    expect(Array.from(v.value.dataSync())).toEqual([1, 1])
  })

  it('a freed argument', async () => {
    const freed = ones([2])
    freed.dispose()
    expect(await failure(() => jit((y: Tensor) => y.mul(2))(freed))).toContain('DisposedError: jit: ')
  })

  it('an assignment inside the gradient with respect to the variable', async () => {
    const v = new Variable(ones([2]), { name: 'weight' })
    const f = jit(() =>
      variableGradients(() => {
        v.assign(v.value.mul(2))
        return sum(v.value)
      }, [v]),
    )
    expect(await failure(() => f())).toContain('no change of a variable inside the function')
    expect(Array.from(v.value.dataSync())).toEqual([1, 1])
  })

  it('inspect of something else', async () => {
    expect(await failure(() => inspect(() => 1))).toMatchInlineSnapshot(
      `"ValueError: inspect: expected a function that jit returned; received another function. Fix: pass what jit(…) returned."`,
    )
  })
})
