/**
 * Steps: what belongs to one pass of a training loop and is freed by the loop going on, so that nobody has to manage
 * memory to train. There are two kinds:
 * - a batch that a data loader hands out, with everything that a gradient computation over it returned: it ends when
 *   the loader is asked for the next batch;
 * - the results of a gradient computation without such a batch: their gradients end when an optimizer has applied them,
 *   the loss and whatever else came with them when the same optimizer applies the next ones.
 * Results of ordinary operations on a step's tensors belong to the surrounding scope, as always, not to the step.
 */
import type { TensorHandle } from './handle.js'
import { Owner } from './scope.js'
import { watch } from './storage.js'

export class Step extends Owner {
  /** Whether an optimizer has applied its gradients. */
  isApplied = false

  constructor(ending: string, isBatch: boolean) {
    super(ending, false, isBatch)
  }

  /** A step is nobody's for sure: whoever opened it may forget it, so the garbage collector stands by. */
  override adopt(tensor: TensorHandle): void {
    super.adopt(tensor)
    watch(tensor, tensor.reference)
  }
}

/**
 * Opens a step for a batch: tensors that are adopted by it, and the results of gradient computations over them, are
 * freed by `close()`. For data loaders.
 *
 * @example
 * batch?.close()
 * batch = openBatch()
 * batch.adopt(inputs)
 */
export function openBatch(ending = 'when the next batch was asked for'): Step {
  return new Step(ending, true)
}

/** The step that takes the results of a gradient computation until they were applied. */
export function openResults(scope: Owner | undefined): Step {
  const step = new Step('when the optimizer had applied the gradients', false)
  scope?.include(step)
  return step
}

/** The last steps that each optimizer finished: their losses are still to be read. */
const finished = new WeakMap<object, Step[]>()
const anyone = {}

/**
 * Frees gradients that were applied, at once, and what came with those that the previous call freed: the loss and the
 * other results of `variableGradients` stay readable until the next step. For optimizers, at the end of each step.
 * Gradients that were kept, or computed by hand from others, are left alone.
 *
 * @param gradients the gradients that were applied
 * @param optimizer who applied them; each has its own previous step
 */
export function finishStep(gradients: readonly TensorHandle[], optimizer: object = anyone): void {
  const steps = new Set<Step>()
  for (const gradient of gradients) {
    const { owner } = gradient
    if (!(owner instanceof Step)) continue
    owner.isApplied = true
    if (!owner.isBatch) steps.add(owner)
    owner.remove(gradient)
    gradient.free(owner.ending)
  }
  for (const step of finished.get(optimizer) ?? []) if (!steps.has(step)) step.close()
  finished.set(optimizer, [...steps])
}

/**
 * Puts tensors that were computed from gradients, for example clipped ones, into the step of those gradients, so that
 * applying them ends that step.
 */
export function joinStep(derived: readonly TensorHandle[], gradients: readonly TensorHandle[]): void {
  const owner = gradients.find((gradient) => gradient.owner instanceof Step)?.owner
  if (owner !== undefined) for (const tensor of derived) owner.adopt(tensor)
}
