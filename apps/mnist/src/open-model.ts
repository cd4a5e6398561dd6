/**
 * The model of a command: a new one by name, or a saved one.
 */
import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OPTIMIZERS, type Optimizer, type OptimizerName, type Sequential, setSeed, ValueError } from 'nabla'
import { type Checkpoint, loadCheckpoint, type Training } from './checkpoint.js'
import { isModelName, MODELS, type ModelName } from './models.js'
import type { TrainFlags } from './options.js'
import { asArgument } from './session.js'
import { DEFAULT_OUT, MODEL_FILE } from './settings.js'

function freshOptimizer(name: OptimizerName, learningRate: number | undefined): Optimizer {
  return OPTIMIZERS[name](learningRate === undefined ? {} : { learningRate })
}

/** The saved optimizer with its state, unless the flags ask for another. */
function nextOptimizer(saved: Optimizer, { optimizer, learningRate }: TrainFlags): Optimizer {
  if (optimizer !== undefined && optimizer !== saved.name) return freshOptimizer(optimizer, learningRate)
  if (learningRate !== undefined) saved.learningRate = learningRate
  return saved
}

/** A model to train, and what is known of its training so far. */
export interface Opened {
  readonly model: Sequential
  readonly optimizer: Optimizer
  readonly training?: Training
}

/** Where a training writes: what the flag says, else where the saved model is, else the usual folder. */
export function outOf({ out, model = '' }: TrainFlags): string {
  if (out !== undefined) return out
  return model === '' || isModelName(model) ? DEFAULT_OUT : dirname(model)
}

/** A saved model with its optimizer, to go on with; nothing if the flags ask for a new one. */
export async function openSaved(flags: TrainFlags): Promise<Opened | undefined> {
  const { model = 'mlp' } = flags
  if (isModelName(model)) return undefined
  const saved = await loadCheckpoint(model)
  return { ...saved, optimizer: nextOptimizer(saved.optimizer, flags) }
}

/** A new model by name, its weights drawn from the seed. */
export function openNew(
  { model = 'mlp', optimizer = 'adam', learningRate }: TrainFlags,
  seed: number,
): Opened {
  setSeed(seed)
  const name: ModelName = isModelName(model) ? model : 'mlp'
  return { model: MODELS[name](), optimizer: freshOptimizer(optimizer, learningRate) }
}

/** Which saved model, and from where. */
export interface Found extends Checkpoint {
  readonly file: string
}

interface ReadingFlags {
  readonly model?: string
  readonly out?: string
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

/** The saved model to read with: the file that is named, or the one in `--out`; nothing if there is none. */
export async function findSaved({ model, out = DEFAULT_OUT }: ReadingFlags): Promise<Found | undefined> {
  if (model !== undefined && !isModelName(model)) return { ...(await loadCheckpoint(model)), file: model }
  const file = join(out, MODEL_FILE)
  if (!(await exists(file))) return undefined
  const saved = await loadCheckpoint(file)
  return model === undefined || saved.model.name === model ? { ...saved, file } : undefined
}

/** The same, where without a trained model there is nothing to do. @throws ValueError saying how to train one */
export async function requireSaved(command: string, flags: ReadingFlags): Promise<Found> {
  const found = await findSaved(flags)
  if (found !== undefined) return found
  const { model, out = DEFAULT_OUT } = flags
  const train = ['pnpm mnist train']
  if (model !== undefined) train.push(`--model ${model}`)
  if (out !== DEFAULT_OUT) train.push(`--out ${asArgument(out)}`)
  throw new ValueError(command, {
    expected: `a trained model: a file, or ${model === undefined ? 'one' : `a trained ${model}`} in ${out}`,
    received: model === undefined ? `no ${join(out, MODEL_FILE)}` : `"${model}", which is untrained`,
    fix: `train it first (${train.join(' ')}), or name its file with --model`,
  })
}
