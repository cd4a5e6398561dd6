/**
 * Saved models: one safetensors file with the weights, the optimizer's state, and in its metadata what is needed to
 * make the model again and to go on training.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  decodeSafetensors,
  encodeSafetensors,
  loadWeights,
  modelFrom,
  type Optimizer,
  optimizerFrom,
  type Sequential,
  type Tensor,
  ValueError,
  weightsOf,
} from 'nabla'

/** A file written completely or not at all: under a temporary name first. */
export async function writeAtomically(file: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.part`
  await writeFile(temporary, content)
  await rename(temporary, file)
}

/** What a saved model knows besides its weights. */
export interface Checkpoint {
  readonly model: Sequential
  readonly optimizer: Optimizer
  /** Epochs that were completed. */
  readonly epochs: number
  readonly seed: number
  /** The training data in words. */
  readonly data: string
}

const FORMAT = 'nabla-mnist-1'

export async function saveCheckpoint(
  file: string,
  { model, optimizer, epochs, seed, data }: Checkpoint,
): Promise<void> {
  const tensors: Record<string, Tensor> = {}
  for (const [path, tensor] of Object.entries(weightsOf(model))) tensors[`model/${path}`] = tensor
  const state = optimizer.state(model.trainableVariables)
  state.slots.forEach((slots, position) => {
    for (const [name, tensor] of Object.entries(slots)) tensors[`optimizer/${position}/${name}`] = tensor
  })
  const metadata = {
    format: FORMAT,
    model: JSON.stringify(model.configuration()),
    optimizer: JSON.stringify(state.configuration),
    iterations: String(state.iterations),
    epochs: String(epochs),
    seed: String(seed),
    data,
  }
  await writeAtomically(file, await encodeSafetensors(tensors, metadata))
}

async function readModelFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch {
    throw new ValueError('--model', {
      expected: 'mlp, cnn, or the file of a saved model',
      received: `${file}, which cannot be read`,
      fix: 'train one first (pnpm mnist), or give the path of model.safetensors',
    })
  }
}

/** Tensors whose names begin with a prefix, without it. */
function under(tensors: Readonly<Record<string, Tensor>>, prefix: string): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  )
}

export async function loadCheckpoint(file: string): Promise<Checkpoint> {
  const { tensors, metadata } = decodeSafetensors(await readModelFile(file))
  if (metadata.format !== FORMAT) {
    throw new ValueError('--model', {
      expected: `a model saved by this program (format ${FORMAT})`,
      received: `${file} with format ${metadata.format ?? 'unknown'}`,
      fix: 'give the model.safetensors that a training wrote',
    })
  }
  const model = modelFrom(JSON.parse(metadata.model ?? '{}'))
  loadWeights(model, under(tensors, 'model/'))
  const optimizer = optimizerFrom(JSON.parse(metadata.optimizer ?? '{}'))
  const slots = model.trainableVariables.map((_, position) => under(tensors, `optimizer/${position}/`))
  if (slots.some((each) => Object.keys(each).length > 0)) {
    const iterations = Number(metadata.iterations ?? 0)
    optimizer.restore({ configuration: optimizer.configuration, iterations, slots }, model.trainableVariables)
  }
  return {
    model,
    optimizer,
    epochs: Number(metadata.epochs ?? 0),
    seed: Number(metadata.seed ?? 0),
    data: metadata.data ?? 'unknown',
  }
}
