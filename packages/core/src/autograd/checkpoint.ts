/**
 * Checkpoints: trading time for memory in backward.
 * Griewank & Walther, "Algorithm 799: revolve", ACM TOMS 2000; Chen et al., "Training deep nets with sublinear memory
 * cost", 2016.
 */
import { type Journal, journaled, rewound } from '../engine/journal.js'
import type { GraphNode } from '../engine/primitives.js'
import { isRecording, isTracked, nextSerial, record } from '../engine/recording.js'
import { currentOwner, Owner, runOwned } from '../engine/scope.js'
import type { Tensor } from '../tensor.js'
import { backward } from './backward.js'
import { requireOutput } from './recorded-function.js'

/** The recorded tensors from before `start` that a result was computed from. */
function sourcesOf(output: Tensor, start: number): Tensor[] {
  const sources = new Map<GraphNode, Tensor>()
  const seen = new Set<Tensor>()
  const stack: Tensor[] = [output]
  while (stack.length > 0) {
    const tensor = stack.pop() as Tensor
    const { node } = tensor
    if (node === undefined || seen.has(tensor)) continue
    seen.add(tensor)
    if ((node.serial ?? 0) < start) sources.set(node, tensor)
    else stack.push(...node.inputs)
  }
  return [...sources.values()]
}

const NO_BATCH = { batch: undefined, scope: undefined }

/**
 * A function that computes the same as `run`, but of which backward remembers only the inputs: it runs again when its
 * gradient is needed. Random numbers and variables are as they were in the first run. Gradients flow to everything
 * that `run` uses, whether it is an argument or not.
 *
 * @param run returns one tensor
 * @example
 * const block = checkpoint((x: Tensor) => layer2.call(layer1.call(x)))
 * variableGradients(() => loss(block(x), y), variables)
 */
export function checkpoint<Parameters extends readonly unknown[], R extends Tensor>(
  run: (...parameters: Parameters) => R,
): (...parameters: Parameters) => R {
  const operation = 'checkpoint'
  return (...parameters) => {
    const outer = currentOwner()
    if (!isRecording() || outer === undefined) return run(...parameters)
    const start = nextSerial()
    const journal: Journal = { notes: new Map(), tensors: [] }
    const first = new Owner(
      'when the checkpoint that made it ended: it computes it again when the gradient needs it',
      true,
    )
    const call = (): R => requireOutput(operation, run(...parameters)) as R
    try {
      const output = runOwned(first, () => journaled(journal, call))
      if (!isTracked(output) || (output.node?.serial ?? 0) < start) {
        first.hand(outer)
        return output
      }
      const sources = sourcesOf(output, start)
      output.node = {
        primitive: 'custom',
        operation,
        parameters: { rule: (cotangent) => pullAgain(() => rewound(journal, call), sources, cotangent) },
        inputs: sources,
        serial: nextSerial(),
      }
      first.close([output, ...journal.tensors], outer)
      return output
    } finally {
      if (!first.closed) first.close()
    }
  }
}

/** Runs the segment again, recorded, and pulls the cotangent through it. */
function pullAgain(
  call: () => Tensor,
  sources: readonly Tensor[],
  cotangent: Tensor,
): (Tensor | undefined)[] {
  const outer = currentOwner()
  const nested = isRecording()
  const owner = new Owner('when the gradient of the checkpoint that it belongs to was computed', true)
  try {
    const results = runOwned(owner, () => {
      const output = record(NO_BATCH, call)
      return backward({
        outputs: [output],
        cotangents: [cotangent],
        leaves: sources,
        owner,
        escaping: new Set(),
      })
    })
    if (nested && outer !== undefined) owner.hand(outer)
    else
      owner.close(
        results.filter((result) => result !== undefined),
        outer,
      )
    return results
  } finally {
    if (!owner.closed) owner.close()
  }
}
