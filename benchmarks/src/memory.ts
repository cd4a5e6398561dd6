/**
 * `pnpm bench --memory`: the memory that one training step needs beyond weights, optimizer state and batch, with each
 * operation by itself, captured, and captured with checkpoints. Counted by the null backend: bytes are bytes anywhere.
 */
import {
  adam,
  checkpoint,
  createNullBackend,
  jit,
  layers,
  Module,
  scope,
  setDefaultBackend,
  setSeed,
  sparseCategoricalCrossEntropy,
  type Tensor,
  tensorFrom,
  variableGradients,
  zeros,
} from 'nabla'

/** The CNN of apps/mnist, in blocks that may be checkpointed: convolution and pooling. */
class BlockNetwork extends Module {
  readonly blocks = [
    [layers.conv2d(32, 3, { activation: 'relu' }), layers.maxPooling2d(2)],
    [layers.conv2d(64, 3, { activation: 'relu' }), layers.maxPooling2d(2)],
    [layers.conv2d(64, 3, { activation: 'relu' })],
  ]
  readonly head = [layers.flatten(), layers.dense(64, { activation: 'relu' }), layers.dense(10)]

  constructor(private readonly checkpoints: boolean) {
    super()
  }

  call(x: Tensor): Tensor {
    const run = (
      block: readonly (typeof this.head)[number][] | (typeof this.blocks)[number],
      input: Tensor,
    ) => block.reduce<Tensor>((value, layer) => layer.call(value, { training: true }), input)
    const features = this.blocks.reduce<Tensor>(
      (value, block) =>
        this.checkpoints ? checkpoint((input: Tensor) => run(block, input))(value) : run(block, value),
      x,
    )
    return run(this.head, features)
  }
}

interface Variant {
  readonly name: string
  readonly captured: boolean
  readonly checkpoints: boolean
}

const VARIANTS: readonly Variant[] = [
  { name: 'eager', captured: false, checkpoints: false },
  { name: 'eager, with checkpoints', captured: false, checkpoints: true },
  { name: 'captured', captured: true, checkpoints: false },
  { name: 'captured, with checkpoints', captured: true, checkpoints: true },
]

const BATCH = 64

/** Bytes beyond what stays from step to step, and kernels of a step. */
function measure({ captured, checkpoints }: Variant): { readonly bytes: number; readonly kernels: number } {
  const backend = createNullBackend()
  setDefaultBackend(backend)
  setSeed(1)
  const model = new BlockNetwork(checkpoints)
  const optimizer = adam()
  const inputs = zeros([BATCH, 28, 28, 1])
  const targets = tensorFrom(new Int32Array(BATCH), [BATCH])
  scope(() => void model.call(inputs))
  const variables = model.trainableVariables
  // Mean and mean square of each weight, as Adam keeps them.
  const lasting = 4 * (3 * variables.reduce((sum, { size }) => sum + size, 0) + BATCH * 28 * 28) + 4 * BATCH
  const step = (x: Tensor, y: Tensor): Tensor => {
    const { value, gradients } = variableGradients(
      () => sparseCategoricalCrossEntropy(model.call(x), y, { fromLogits: true }),
      variables,
    )
    optimizer.apply(gradients, variables)
    return value
  }
  const run = captured ? jit(step) : step
  for (let each = 0; each < 3; each++) run(inputs, targets).dispose()
  backend.resetCounts()
  run(inputs, targets).dispose()
  return { bytes: backend.memory().peakBytes - lasting, kernels: backend.counts().total }
}

/** Prints the table. */
export function reportMemory(): void {
  console.log(`Training step of the CNN, batch ${BATCH}, Adam: memory beyond weights, state and batch`)
  for (const variant of VARIANTS) {
    const { bytes, kernels } = measure(variant)
    console.log(
      `${variant.name.padEnd(28)} ${(bytes / 2 ** 20).toFixed(1).padStart(7)} MiB  ${kernels} kernels`,
    )
  }
}
