/**
 * The network as a file: safetensors, with the layers and the settings of its training in the metadata.
 */
import {
  adam,
  decodeSafetensors,
  encodeSafetensors,
  loadWeights,
  modelFrom,
  optimizerFrom,
  randomStateOf,
  restoreRandomState,
  type Tensor,
  weightsOf,
} from 'nabla'
import type { RunSettings } from '../protocol.js'
import { backendOf } from './backends.js'
import { Learner } from './learner.js'

const FORMAT = 'nabla-playground-1'

interface Saved {
  readonly learner: Learner
  readonly settings: RunSettings
}

export async function encodeCheckpoint(
  { model, optimizer, steps }: Learner,
  settings: RunSettings,
): Promise<Uint8Array<ArrayBuffer>> {
  const tensors: Record<string, Tensor> = {}
  for (const [path, tensor] of Object.entries(weightsOf(model))) tensors[`model/${path}`] = tensor
  const state = optimizer.state(model.trainableVariables)
  state.slots.forEach((slots, position) => {
    for (const [name, tensor] of Object.entries(slots)) tensors[`optimizer/${position}/${name}`] = tensor
  })
  const bytes = await encodeSafetensors(tensors, {
    format: FORMAT,
    model: JSON.stringify(model.configuration()),
    optimizer: JSON.stringify(state.configuration),
    iterations: String(state.iterations),
    random: JSON.stringify(randomStateOf(model)),
    settings: JSON.stringify(settings),
    steps: String(steps),
  })
  return new Uint8Array(bytes)
}

/** Tensors whose names begin with a prefix, without it. */
function under(tensors: Readonly<Record<string, Tensor>>, prefix: string): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  )
}

/** What the page's own command-line sibling saves can be read too: it has the same weights under the same names. */
const DEFAULTS: RunSettings = {
  model: 'mlp',
  optimizer: 'adam',
  backend: 'auto',
  learningRate: 0.001,
  falling: false,
  batchSize: 64,
  epochs: 3,
  seed: 1,
  samples: 60_000,
}

export async function decodeCheckpoint(bytes: Uint8Array): Promise<Saved> {
  const backend = await backendOf('auto')
  const { tensors, metadata } = decodeSafetensors(bytes)
  const { format, model: description, optimizer: method, random, settings, steps = '0' } = metadata
  if (description === undefined || (format !== FORMAT && format !== 'nabla-mnist-1'))
    throw new Error('a safetensors file of another program: its metadata doesn’t describe the layers')
  const model = modelFrom(JSON.parse(description))
  loadWeights(model, under(tensors, 'model/'))
  if (random !== undefined) restoreRandomState(model, JSON.parse(random))
  const optimizer = method === undefined ? adam() : optimizerFrom(JSON.parse(method))
  const slots = model.trainableVariables.map((_, position) => under(tensors, `optimizer/${position}/`))
  const iterations = Number(metadata.iterations ?? 0)
  if (iterations > 0)
    optimizer.restore({ configuration: optimizer.configuration, iterations, slots }, model.trainableVariables)
  const learner = new Learner(model, optimizer, model.variables[0]?.backend ?? backend)
  learner.steps = Number(steps) || iterations
  return { learner, settings: { ...DEFAULTS, ...(settings === undefined ? {} : JSON.parse(settings)) } }
}
