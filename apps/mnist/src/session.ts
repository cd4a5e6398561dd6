/**
 * What every command starts with: the backend, the model, the printing, and Ctrl-C.
 */
import { type Configured, configure, OPTIMIZERS, type Optimizer, type Sequential } from 'nabla'
import { type Checkpoint, loadCheckpoint } from './checkpoint.js'
import { isModelName, MODELS } from './models.js'
import type { CommonOptions, TrainOptions } from './options.js'

/** Prints, or doesn't. */
export interface Printer {
  say(text?: string): void
}

export function createPrinter(quiet: boolean): Printer {
  return { say: quiet ? () => {} : (text = '') => console.log(text) }
}

/** `--backend` as a preference: one name, or several separated by commas. */
function backendFlag(backend: string | undefined): { backend?: string | string[] } {
  if (backend === undefined) return {}
  const names = backend.split(',').map((name) => name.trim())
  return { backend: names.length === 1 && names[0] !== undefined ? names[0] : names }
}

export function chooseBackend({ backend, seed }: CommonOptions): Promise<Configured> {
  return configure({}, { flags: { ...backendFlag(backend), seed } })
}

function freshOptimizer({ optimizer, learningRate }: TrainOptions): Optimizer {
  return OPTIMIZERS[optimizer](learningRate === undefined ? {} : { learningRate })
}

/** A new model by name, or a saved one with its optimizer. */
export async function openModel(options: TrainOptions): Promise<Checkpoint> {
  const { model, seed } = options
  if (!isModelName(model)) return loadCheckpoint(model)
  return { model: MODELS[model](), optimizer: freshOptimizer(options), epochs: 0, seed, data: 'none' }
}

/** A model to look at or read with: a saved file, or a new one by name. */
export async function openForReading(model: string): Promise<Sequential> {
  if (isModelName(model)) return MODELS[model]()
  const checkpoint = await loadCheckpoint(model)
  return checkpoint.model
}

/** A signal that Ctrl-C raises; a second Ctrl-C ends the program at once. */
export function interruptSignal(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController()
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  }
  process.on('SIGINT', onInterrupt)
  return { signal: controller.signal, release: () => process.off('SIGINT', onInterrupt) }
}
