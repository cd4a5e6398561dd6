/**
 * The settings of the page: network, backend, learning rate, seed, panel … — all that a link shares.
 */
import { effect, signal } from '@preact/signals'
import { isLanguage, language } from '../i18n/index.js'
import {
  MODEL_NAMES,
  type ModelName,
  OPTIMIZER_NAMES,
  type OptimizerChoice,
  type RunSettings,
} from '../protocol.js'

export const PANELS = ['train', 'draw', 'learn', 'inspect', 'files'] as const
export type PanelName = (typeof PANELS)[number]

export const LESSONS = [
  'tensors',
  'broadcasting',
  'products',
  'movement',
  'descent',
  'batches',
  'backpropagation',
] as const
export type LessonName = (typeof LESSONS)[number]

export const panel = signal<PanelName>('train')
export const lesson = signal<LessonName>('tensors')
export const model = signal<ModelName>('cnn')
export const optimizer = signal<OptimizerChoice>('adam')
export const backend = signal('auto')
export const learningRate = signal(0.002)
export const falling = signal(true)
export const batchSize = signal(64)
export const epochs = signal(5)
export const seed = signal(1)
/** Training pictures at most. */
export const samples = signal(60_000)

/** How the learning rate may go. */
export const COURSES = ['falling', 'constant'] as const
export const BATCH_SIZES = [16, 32, 64, 128, 256] as const
export const SAMPLES = [500, 1000, 4000, 10_000, 60_000] as const
export const LEAST_RATE = 1e-5
export const MOST_RATE = 1

/** What a training is started with. */
export function runSettings(): RunSettings {
  return {
    model: model.value,
    optimizer: optimizer.value,
    backend: backend.value,
    learningRate: learningRate.value,
    falling: falling.value,
    batchSize: batchSize.value,
    epochs: epochs.value,
    seed: seed.value,
    samples: samples.value,
  }
}

function among<T extends string>(names: readonly T[], value: string): T | undefined {
  return names.find((name) => name === value)
}

function within(value: string, least: number, most: number): number | undefined {
  const number = Number(value)
  return value.trim() !== '' && number >= least && number <= most ? number : undefined
}

/** How each part of the address is read; what makes no sense is passed over. */
const READERS: Readonly<Record<string, (value: string) => void>> = {
  lesson: (value) => {
    lesson.value = among(LESSONS, value) ?? lesson.value
  },
  model: (value) => {
    model.value = among(MODEL_NAMES, value) ?? model.value
  },
  method: (value) => {
    optimizer.value = among(OPTIMIZER_NAMES, value) ?? optimizer.value
  },
  backend: (value) => {
    if (/^[a-z0-9-]{1,40}$/.test(value)) backend.value = value
  },
  rate: (value) => {
    learningRate.value = within(value, LEAST_RATE, MOST_RATE) ?? learningRate.value
  },
  falling: (value) => {
    if (value === 'yes' || value === 'no') falling.value = value === 'yes'
  },
  batch: (value) => {
    batchSize.value = BATCH_SIZES.find((size) => String(size) === value) ?? batchSize.value
  },
  epochs: (value) => {
    epochs.value = Math.round(within(value, 1, 50) ?? epochs.value)
  },
  seed: (value) => {
    seed.value = Math.round(within(value, 0, 2 ** 31) ?? seed.value)
  },
  pictures: (value) => {
    samples.value = SAMPLES.find((count) => String(count) === value) ?? samples.value
  },
  language: (value) => {
    if (isLanguage(value)) language.value = value
  },
}

function readAddress(): void {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?')
  panel.value = among(PANELS, path) ?? panel.value
  for (const [name, value] of new URLSearchParams(query)) READERS[name]?.(value)
}

/** The part of the address after `#`. */
function addressOf(): string {
  const query = new URLSearchParams({
    ...(panel.value === 'learn' && { lesson: lesson.value }),
    model: model.value,
    method: optimizer.value,
    backend: backend.value,
    rate: String(learningRate.value),
    falling: falling.value ? 'yes' : 'no',
    batch: String(batchSize.value),
    epochs: String(epochs.value),
    seed: String(seed.value),
    pictures: String(samples.value),
    language: language.value,
  })
  return `#/${panel.value}?${query}`
}

/** Reads the address now and whenever it changes, and keeps it up to date. */
export function followAddress(): void {
  readAddress()
  addEventListener('hashchange', readAddress)
  effect(() => {
    const address = addressOf()
    if (location.hash !== address) history.replaceState(null, '', address)
  })
}
