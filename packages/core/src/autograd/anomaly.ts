/**
 * Finding the operation that made the first NaN or infinity, forward or backward.
 */
import { BackendError, formatShape, isFloat, ValueError } from '@nabla/backend'
import { batching } from '../engine/batching.js'
import { type Inspector, inspector } from '../engine/inspection.js'
import type { GraphNode } from '../engine/primitives.js'
import { isPromise } from '../engine/scope.js'
import type { Tensor } from '../tensor.js'

export interface DetectAnomalyOptions {
  /** Whether an infinity is an anomaly too; default true. Turn it off for masks of -Infinity. */
  readonly infinities?: boolean
}

/** The first element that must not be there. */
function firstBad(
  x: Tensor,
  infinities: boolean,
): { readonly value: number; readonly position: number } | undefined {
  if (!isFloat(x.dtype) || x.isDisposed) return undefined
  // What lies beneath a batched tensor was looked at when it was computed.
  if (batching.current?.isBatched(x)) return undefined
  if (x.backend.readSync === undefined) {
    throw new BackendError('detectAnomaly', {
      expected: 'a backend that can read at once',
      received: `backend "${x.backend.name}"`,
      fix: 'look for the fault on the cpu backend, which computes the same',
    })
  }
  const values = x.dataSync()
  const position = values.findIndex((value: number) =>
    infinities ? !Number.isFinite(value) : Number.isNaN(value),
  )
  return position === -1 ? undefined : { value: values[position] as number, position }
}

/** The calls above Nabla's own, as far as the engine keeps them. */
function callSite(): string {
  return (new Error().stack ?? '').split('\n').slice(1).join('\n')
}

function createInspector(infinities: boolean): Inspector {
  /** Where each recorded step was called, for when its gradient goes wrong. */
  const sites = new WeakMap<GraphNode, string>()
  let differentiated: GraphNode | undefined
  return {
    differentiates(node) {
      differentiated = node
    },
    recorded(node) {
      sites.set(node, callSite())
    },
    result(output, inputs, operation) {
      const bad = firstBad(output, infinities)
      if (bad === undefined) return
      const clean = inputs.every((input) => firstBad(input, infinities) === undefined)
      const origin = clean
        ? 'from finite inputs: this operation made it'
        : 'from inputs that were not finite already'
      const site = differentiated === undefined ? undefined : sites.get(differentiated)
      const where = differentiated === undefined ? '' : `, in the gradient of ${differentiated.operation}`
      const stack = site === undefined ? '' : `\n${differentiated?.operation ?? ''} was called here:\n${site}`
      throw new ValueError(operation, {
        expected: 'finite results',
        received: `${bad.value} at element ${bad.position} of the result ${formatShape(output.shape)}${where}, ${origin}`,
        fix: `look for a logarithm or division of zero, a square root of zero or less, an overflow, or too large a learning rate${stack}`,
      })
    },
  }
}

/**
 * Runs a function and looks at every result, forward and backward; the first NaN or infinity is an error that names the
 * operation that made it, and in backward also the forward operation and where it was called. Slow: for debugging.
 *
 * @throws ValueError for the first anomaly; BackendError where the backend can't read at once.
 * @example const { value } = detectAnomaly(() => variableGradients(() => loss(model.call(x), y), variables))
 */
export function detectAnomaly<R>(run: () => R, { infinities = true }: DetectAnomalyOptions = {}): R {
  const outer = inspector.current
  inspector.current = createInspector(infinities)
  const end = (): void => {
    inspector.current = outer
  }
  let result: R
  try {
    result = run()
  } catch (error) {
    end()
    throw error
  }
  if (!isPromise(result)) {
    end()
    return result
  }
  return Promise.resolve(result).finally(end) as R
}
