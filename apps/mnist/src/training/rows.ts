/**
 * Epochs as the reports and saved models have them: also those that were interrupted and finished later.
 */
import type { EpochLog } from 'nabla'

/** One epoch, as `--json` and history.json give it. */
export interface EpochRow {
  /** Means over the epoch, taken as the training went. */
  readonly loss: number
  readonly accuracy: number
  readonly seconds: number
  readonly samplesPerSecond: number
}

/** A part of an epoch. */
export interface PartialEpoch {
  readonly loss: number
  readonly accuracy: number
  readonly seconds: number
  readonly samples: number
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

/** A part as a row. */
export function rowOf({ loss, accuracy, seconds, samples }: PartialEpoch): EpochRow {
  return {
    loss: rounded(loss, 6),
    accuracy: rounded(accuracy, 6),
    seconds: rounded(seconds, 3),
    samplesPerSecond: rounded(seconds > 0 ? samples / seconds : 0, 1),
  }
}

/** What `fit` logged of an epoch. */
export function partOf({ loss, accuracy = Number.NaN, seconds, samplesPerSecond }: EpochLog): PartialEpoch {
  return { loss, accuracy, seconds, samples: Math.round(seconds * samplesPerSecond) }
}

/** Two parts of one epoch together. */
export function joinParts(first: PartialEpoch | undefined, second: PartialEpoch): PartialEpoch {
  if (first === undefined) return second
  const samples = first.samples + second.samples
  const mean = (a: number, b: number): number => (a * first.samples + b * second.samples) / samples
  return {
    loss: mean(first.loss, second.loss),
    accuracy: mean(first.accuracy, second.accuracy),
    seconds: first.seconds + second.seconds,
    samples,
  }
}
