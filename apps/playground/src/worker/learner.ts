/**
 * A network that learns: model, optimizer, and the captured training step of both.
 */
import {
  argmax,
  type Backend,
  type HostBatch,
  type Jitted,
  jit,
  type Optimizer,
  type Sequential,
  setDefaultBackend,
  setSeed,
  sparseCategoricalCrossEntropy,
  stack,
  stopGradient,
  type Tensor,
  tensorFrom,
  variableGradients,
} from 'nabla'
import type { RunSettings } from '../protocol.js'
import { MODELS, OPTIMIZERS } from './models.js'

export interface StepResult {
  readonly loss: number
  readonly accuracy: number
}

/** Forward, loss, gradients and update as one captured program; returns loss and share of right answers. */
export function trainingStep(model: Sequential, optimizer: Optimizer): Jitted<[Tensor, Tensor], Tensor> {
  const variables = model.trainableVariables
  const step = (images: Tensor, labels: Tensor): Tensor => {
    const { value, gradients, auxiliary } = variableGradients(() => {
      const logits = model.call(images, { training: true })
      return { value: sparseCategoricalCrossEntropy(logits, labels, { fromLogits: true }), logits }
    }, variables)
    optimizer.apply(gradients, variables)
    const right = argmax(auxiliary.logits, -1).equal(labels).cast('float32').mean()
    return stack([value, right])
  }
  return jit(step, { name: 'training step' })
}

export class Learner {
  #step: Jitted<[Tensor, Tensor], Tensor>
  /** Steps done since the weights were made. */
  steps = 0
  /** What the optimizer's learning rate falls from, where it falls. */
  learningRate: number

  constructor(
    readonly model: Sequential,
    readonly optimizer: Optimizer,
    private current: Backend,
  ) {
    this.learningRate = optimizer.learningRate
    this.#step = trainingStep(model, optimizer)
  }

  /** Fresh weights, drawn from the seed. */
  static make({ model, optimizer, learningRate, seed }: RunSettings, backend: Backend): Learner {
    setDefaultBackend(backend)
    setSeed(seed)
    return new Learner(MODELS[model](), OPTIMIZERS[optimizer](learningRate), backend)
  }

  get backend(): Backend {
    return this.current
  }

  /** The captured step, for `inspect`. */
  get step(): object {
    return this.#step
  }

  /** One step of gradient descent, at a share of the learning rate. */
  async train({ inputs, targets }: HostBatch<'inputs' | 'targets'>, share = 1): Promise<StepResult> {
    const { backend } = this
    this.optimizer.learningRate = this.learningRate * share
    const images = tensorFrom(inputs.data, inputs.shape, { backend })
    const labels = tensorFrom(targets.data, targets.shape, { backend })
    const result = this.#step(images, labels)
    images.dispose()
    labels.dispose()
    this.steps += 1
    const [loss = Number.NaN, accuracy = Number.NaN] = await result.data()
    result.dispose()
    return { loss, accuracy }
  }

  /** Goes on elsewhere, with the same weights and the same state of the optimizer. */
  async moveTo(backend: Backend): Promise<void> {
    setDefaultBackend(backend)
    if (backend === this.current) return
    this.current = backend
    const variables = this.model.trainableVariables
    const { slots, ...rest } = this.optimizer.state(variables)
    const moved: Record<string, Tensor>[] = []
    for (const each of slots) {
      const entries = Object.entries(each).map(
        async ([name, slot]): Promise<[string, Tensor]> => [
          name,
          slot.backend === backend ? stopGradient(slot) : await slot.to(backend),
        ],
      )
      moved.push(Object.fromEntries(await Promise.all(entries)))
    }
    for (const variable of this.model.variables) await variable.to(backend)
    this.optimizer.dispose()
    this.optimizer.restore({ ...rest, slots: moved }, variables)
    for (const copy of moved.flatMap((each) => Object.values(each))) copy.dispose()
    this.#step.dispose()
    this.#step = trainingStep(this.model, this.optimizer)
  }

  dispose(): void {
    this.#step.dispose()
    this.optimizer.dispose()
    this.model.dispose()
  }
}
