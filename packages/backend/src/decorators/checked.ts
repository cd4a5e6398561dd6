/**
 * The `checked` decorator: the same backend, except that the first kernel whose result holds a NaN or an infinity is
 * an error that names it. Needs a backend with `readSync`; slow by nature, for finding faults.
 */
import type { Backend } from '../backend.js'
import { isFloat, type TypedArray } from '../dtype.js'
import { BackendError, ValueError } from '../errors.js'
import { fromHalfBits } from '../float16.js'
import { type KernelCall, viewsOf } from '../kernel.js'
import { formatShape } from '../shape.js'
import { layoutPositions, type View } from '../view.js'
import { decorate } from './decorate.js'

function firstBad(view: View, data: TypedArray): { value: number; position: number } | undefined {
  let position = 0
  for (const offset of layoutPositions(view)) {
    const stored = data[offset] as number
    const value = view.dtype === 'float16' ? fromHalfBits(stored) : stored
    if (!Number.isFinite(value)) return { value, position }
    position += 1
  }
  return undefined
}

/**
 * Wraps a backend so that every float result is looked at right after it was computed.
 *
 * @example configureDefault(checked(createCpuBackend())) // the next NaN throws, naming its operation
 */
export function checked(backend: Backend): Backend {
  const { readSync } = backend
  if (readSync === undefined) {
    throw new BackendError('checked', {
      expected: 'a backend that can read at once',
      received: `backend "${backend.name}"`,
      fix: 'look for the fault on the cpu backend, which computes the same',
    })
  }
  const look = (view: View): ReturnType<typeof firstBad> =>
    isFloat(view.dtype) ? firstBad(view, readSync.call(backend, view.buffer)) : undefined
  const run = (call: KernelCall): void => {
    const cleanInputs = viewsOf(call).reads.every((view) => look(view) === undefined)
    backend.run(call)
    for (const view of viewsOf(call).writes) {
      const bad = look(view)
      if (bad === undefined) continue
      throw new ValueError(call.label, {
        expected: 'finite results',
        received: `${bad.value} at element ${bad.position} of the result ${formatShape(view.shape)}, from ${cleanInputs ? 'finite inputs: this operation made it' : 'inputs that were not finite already'}`,
        fix: 'look for a logarithm or division of zero, a square root of a negative number, an overflow, or too large a learning rate',
      })
    }
  }
  return decorate(backend, { run, timed: undefined, prepare: undefined })
}
