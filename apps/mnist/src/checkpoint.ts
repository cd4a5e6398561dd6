/**
 * Saved models: one safetensors file with the weights, the optimizer's state, and in its metadata what is needed to
 * make the model again and to go on training exactly where it stopped.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  type DataLoaderState,
  decodeSafetensors,
  encodeSafetensors,
  loadWeights,
  modelFrom,
  type Optimizer,
  optimizerFrom,
  randomStateOf,
  restoreRandomState,
  type Sequential,
  type Tensor,
  ValueError,
  weightsOf,
} from 'nabla'
import type { Settings } from './settings.js'
import type { EpochRow, PartialEpoch } from './training/rows.js'

/** A file written completely or not at all: under a temporary name first. */
export async function writeAtomically(file: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.part`
  await writeFile(temporary, content)
  await rename(temporary, file)
}

/** How far a training has come. */
export interface Progress {
  /** Where the loader stands: whole epochs, and steps of the next one. */
  readonly position: DataLoaderState
  /** The epoch that the training was meant to end with. */
  readonly target: number
  /** Whole epochs. */
  readonly rows: readonly EpochRow[]
  /** What was done of the epoch that was interrupted. */
  readonly partial?: PartialEpoch
}

/** What a saved model knows besides its weights. */
export interface Training {
  readonly settings: Settings
  readonly progress: Progress
  /** The data in words, whether it was built in, and how many pictures there were to train on. */
  readonly data: { readonly description: string; readonly isBuiltIn: boolean; readonly train: number }
}

export interface Checkpoint {
  readonly model: Sequential
  readonly optimizer: Optimizer
  readonly training: Training
}

const FORMAT = 'nabla-mnist-1'

export async function saveCheckpoint(
  file: string,
  { model, optimizer, training }: Checkpoint,
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
    random: JSON.stringify(randomStateOf(model)),
    training: JSON.stringify(training),
  }
  await writeAtomically(file, await encodeSafetensors(tensors, metadata))
}

function unreadable(file: string, received: string, cause?: unknown): ValueError {
  return new ValueError(
    '--model',
    {
      expected: 'mlp, cnn, or the file of a model that this program saved',
      received: `${file}, ${received}`,
      fix: 'train one first (pnpm mnist), or give the path of the model.safetensors that a training wrote',
    },
    { cause },
  )
}

async function readModelFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const reason = error instanceof Error ? error.message : String(error)
    throw unreadable(file, isMissing ? 'which does not exist' : `which can't be read (${reason})`, error)
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

function decode(bytes: Uint8Array): Checkpoint | string {
  const { tensors, metadata } = decodeSafetensors(bytes)
  const { format, model: description, optimizer: method, random, training } = metadata
  if (format !== FORMAT) return 'a safetensors file of another program'
  if (description === undefined || method === undefined || random === undefined || training === undefined)
    return 'which lacks a part of its description'
  const model = modelFrom(JSON.parse(description))
  loadWeights(model, under(tensors, 'model/'))
  restoreRandomState(model, JSON.parse(random))
  const optimizer = optimizerFrom(JSON.parse(method))
  const slots = model.trainableVariables.map((_, position) => under(tensors, `optimizer/${position}/`))
  const iterations = Number(metadata.iterations)
  optimizer.restore({ configuration: optimizer.configuration, iterations, slots }, model.trainableVariables)
  return { model, optimizer, training: JSON.parse(training) }
}

/** @throws ValueError when there is no such file, or it is none of this program */
export async function loadCheckpoint(file: string): Promise<Checkpoint> {
  const bytes = await readModelFile(file)
  let decoded: Checkpoint | string
  try {
    decoded = decode(bytes)
  } catch (error) {
    throw unreadable(file, 'which is damaged, or no saved model', error)
  }
  if (typeof decoded === 'string') throw unreadable(file, decoded)
  return decoded
}
