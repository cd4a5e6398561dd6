/**
 * What page and worker say to each other. Commands need no answer; questions have a number, and get one.
 */

export const MODEL_NAMES = ['cnn', 'small', 'mlp'] as const
export type ModelName = (typeof MODEL_NAMES)[number]

export const OPTIMIZER_NAMES = ['adam', 'sgd', 'momentum', 'rmsprop'] as const
export type OptimizerChoice = (typeof OPTIMIZER_NAMES)[number]

/** What a training starts from. */
export interface RunSettings {
  readonly model: ModelName
  readonly optimizer: OptimizerChoice
  /** The id of a `BackendOption`. */
  readonly backend: string
  readonly learningRate: number
  /** Whether the learning rate falls to nothing until the end. */
  readonly falling: boolean
  readonly batchSize: number
  readonly epochs: number
  readonly seed: number
  /** Training pictures that are used at most. */
  readonly samples: number
}

/** A way to compute, as the page offers it. */
export interface BackendOption {
  /** `auto`, or a registered name, with `-1` for one thread where there may be several, and `-software` for no GPU. */
  readonly id: string
  /** The registered name, or `auto`. */
  readonly name: string
  /** How many threads; left open where undefined. */
  readonly threads?: number
  /** Whether software imitates the device that it computes on; default no. */
  readonly isSoftware?: boolean
  readonly available: boolean
  /** Why not, in words; or what it is. */
  readonly reason: string
}

/** One training step, as the curves show it. */
export interface Point {
  readonly step: number
  /** Epochs done, with their fraction. */
  readonly epoch: number
  /** Seconds of training, pauses left out. */
  readonly seconds: number
  readonly loss: number
  readonly accuracy: number
}

/** Equal grey pictures, one after the other. */
export interface Sheet {
  readonly count: number
  readonly height: number
  readonly width: number
  readonly data: Float32Array<ArrayBuffer>
}

/** What a layer gives for one picture. */
export interface Activation extends Sheet {
  readonly layer: string
  readonly shape: readonly number[]
}

export interface Mistake {
  readonly pixels: Uint8Array<ArrayBuffer>
  readonly truth: number
  readonly reading: number
  /** How sure the network was, from 0 to 1. */
  readonly confidence: number
}

/** How the network does on pictures that it has not seen. */
export interface TestResult {
  readonly step: number
  readonly seconds: number
  readonly accuracy: number
  readonly loss: number
  readonly count: number
  /** Rows are the true digits, columns what was read. */
  readonly confusion: readonly (readonly number[])[]
  readonly mistakes: readonly Mistake[]
}

/** What the network looks like from inside. */
export interface Insight {
  readonly sample: Uint8Array<ArrayBuffer>
  readonly truth: number
  readonly filters: Sheet
  readonly activations: readonly Activation[]
  readonly probabilities: readonly number[]
}

/** Pictures to train on, as the page tells of them. */
export interface DataFacts {
  readonly kind: 'digits' | 'mnist'
  readonly train: number
  readonly test: number
  /** Some of the training pictures. */
  readonly samples: Sheet
}

export interface RunFacts {
  readonly id: number
  readonly settings: RunSettings
  /** The backend in use, e.g. `wasm, 2 threads`. */
  readonly backend: string
  readonly parameters: number
  readonly stepsPerEpoch: number
  /** Whether it is one of a comparison. */
  readonly compared: boolean
}

export type Status = 'idle' | 'preparing' | 'training' | 'paused' | 'comparing'

/** A wait, from 0 to 1; undefined where nobody knows how long. */
export type Task = 'digits' | 'download' | 'files' | 'prepare' | 'profile' | 'compare'

/** Where pictures come from. */
export type DataRequest =
  | { readonly from: 'digits' }
  | { readonly from: 'url'; readonly url: string }
  | { readonly from: 'files'; readonly files: readonly NamedBytes[] }

export interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

export type Command =
  | { readonly kind: 'train'; readonly settings: RunSettings }
  | { readonly kind: 'continue'; readonly epochs: number }
  | { readonly kind: 'pause' | 'resume' | 'stop' }
  | { readonly kind: 'learningRate'; readonly value: number }
  | { readonly kind: 'backend'; readonly id: string }
  | { readonly kind: 'compare'; readonly settings: RunSettings; readonly steps: number }

/** What was read from one picture. */
export interface Reading {
  readonly pixels: Uint8Array<ArrayBuffer>
  readonly probabilities: readonly number[]
}

export interface KernelFacts {
  readonly number: number
  readonly kind: string
  readonly shape: string
  readonly computes: string
  readonly label: string
  /** Microseconds per step; undefined where it was not measured. */
  readonly microseconds: number | undefined
  readonly gigaflops: number | undefined
  readonly gigabytes: number | undefined
}

export interface ProgramReport {
  readonly backend: string
  readonly recorded: number
  readonly kernels: readonly KernelFacts[]
  readonly arenaBytes: number
  readonly temporaryBytes: number
  readonly eliminated: string
  readonly text: string
  readonly summary: string
  readonly stepMicroseconds: number | undefined
  /** Whether that is the whole step, since the device tells nothing of its kernels. */
  readonly isWhole: boolean
}

export interface ModelFacts {
  readonly model: string
  readonly parameters: number
  readonly steps: number
}

/** Questions with their answers. */
export interface Questions {
  data: { ask: DataRequest; answer: DataFacts }
  /** Ink from 0 to 255 in rows; it is centred as MNIST does. */
  read: {
    ask: { readonly width: number; readonly height: number; readonly ink: Uint8Array<ArrayBuffer> }
    answer: Insight
  }
  /** Pictures of 28 × 28 bytes, one after the other, that are centred already or not. */
  readAll: {
    ask: { readonly pictures: readonly Picture[] }
    answer: readonly Reading[]
  }
  /** An IDX file with pictures, compressed or not: its first ones are read. */
  readIdx: { ask: NamedBytes; answer: readonly Reading[] }
  inspect: { ask: { readonly measure: boolean }; answer: ProgramReport }
  save: { ask: Record<string, never>; answer: Uint8Array<ArrayBuffer> }
  load: { ask: Uint8Array<ArrayBuffer>; answer: ModelFacts }
}

export interface Picture {
  readonly width: number
  readonly height: number
  readonly ink: Uint8Array<ArrayBuffer>
  /** Whether it is in MNIST's form already. */
  readonly centred: boolean
}

export type QuestionKind = keyof Questions

export type Question = {
  [Kind in QuestionKind]: {
    readonly kind: Kind
    readonly id: number
    readonly ask: Questions[Kind]['ask']
  }
}[QuestionKind]

export type ToWorker = Command | Question

export type FromWorker =
  | { readonly kind: 'ready'; readonly backends: readonly BackendOption[]; readonly isolated: boolean }
  | { readonly kind: 'data'; readonly facts: DataFacts }
  | { readonly kind: 'progress'; readonly task: Task; readonly fraction: number | undefined }
  | { readonly kind: 'done'; readonly task: Task }
  | { readonly kind: 'status'; readonly status: Status }
  | { readonly kind: 'run'; readonly run: RunFacts }
  | { readonly kind: 'moved'; readonly run: number; readonly backend: string; readonly id: string }
  | {
      readonly kind: 'points'
      readonly run: number
      readonly points: readonly Point[]
      readonly samplesPerSecond: number
    }
  | { readonly kind: 'test'; readonly run: number; readonly result: TestResult }
  | { readonly kind: 'insight'; readonly insight: Insight }
  | { readonly kind: 'model'; readonly facts: ModelFacts }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Questions[QuestionKind]['answer'] }
  | { readonly kind: 'refusal'; readonly id: number; readonly reason: string }
  | { readonly kind: 'failure'; readonly reason: string }
