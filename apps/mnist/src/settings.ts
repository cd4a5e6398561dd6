/**
 * The settings of a run. What the user gives wins over what a saved model was trained with, and that over the defaults.
 */

/** What a training depends on besides model and optimizer; kept with a saved model. */
export interface Settings {
  readonly data: string
  readonly testData?: string
  readonly batchSize: number | 'full'
  readonly limit?: number
  readonly seed: number
}

export const DEFAULTS: Settings = { data: 'auto', batchSize: 128, seed: 1 }

/** Where models are written and looked for. */
export const DEFAULT_OUT = 'runs/mnist'
/** The name of a saved model in its folder. */
export const MODEL_FILE = 'model.safetensors'
/** Kernel calls that the trace of `--profile` has at most: about 6 MB, which viewers open at once. */
export const TRACED_CALLS = 20_000

type Partly = { readonly [Key in keyof Settings]?: Settings[Key] | undefined }

/** The settings of a run, from what was given and what is saved. */
export function settingsFrom(given: Partly, saved: Partly = {}): Settings {
  // Data given anew is tested on itself, not on what the saved model was tested on.
  const testData = given.testData ?? (given.data === undefined ? saved.testData : undefined)
  return {
    data: given.data ?? saved.data ?? DEFAULTS.data,
    batchSize: given.batchSize ?? saved.batchSize ?? DEFAULTS.batchSize,
    seed: given.seed ?? saved.seed ?? DEFAULTS.seed,
    ...(testData !== undefined && { testData }),
    ...((given.limit ?? saved.limit) !== undefined && { limit: given.limit ?? saved.limit }),
  }
}
