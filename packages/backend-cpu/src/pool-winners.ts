/**
 * Who wins a window, for all channels of a position at a time. On float32, the usual case, without branches on the
 * data: a comparison that goes either way costs more than all the rest.
 */
import type { PoolGeometry, TypedArray, View } from '@nabla/backend'
import { storageOf } from './buffer.js'
import { load64 } from './map/tiles64.js'

/** A window of one image, by its place in the output. */
export interface Window {
  image: number
  row: number
  column: number
}

/** Takes the channels at one position of the input into account. */
type Challenge = (at: number, position: number) => void

/**
 * Orders float32 by their bits as integers: NaN above all, both zeros alike. The least key is left for "nothing yet".
 */
function keyOf(bits: number): number {
  const nan = (0x7f800000 - (bits & 0x7fffffff)) >> 31
  const nonzero = ((bits << 1) | -(bits << 1)) >> 31
  return (((bits ^ ((bits >> 31) >>> 1)) & ~nan) | (nan >>> 1)) & nonzero
}

const NOTHING = -(2 ** 31)

function challengeWords(
  best: Int32Array,
  winners: Int32Array,
  words: Int32Array,
  at: number,
  step: number,
  position: number,
): void {
  for (let c = 0; c < winners.length; c++) {
    const key = keyOf(words[at + c * step]!)
    const wins = -(Number(key > best[c]!) | 0)
    best[c] = (key & wins) | (best[c]! & ~wins)
    winners[c] = (position & wins) | (winners[c]! & ~wins)
  }
}

function challengeValues(
  best: Float64Array,
  winners: Int32Array,
  values: Float64Array,
  position: number,
): void {
  for (let c = 0; c < winners.length; c++) {
    const x = values[c]!
    if (winners[c]! < 0 || x > best[c]! || (Number.isNaN(x) && !Number.isNaN(best[c]!))) {
      best[c] = x
      winners[c] = position
    }
  }
}

/** Something to reset before a window, and to show every position of it to. */
function contest(by: View, winners: Int32Array): { reset(): void; challenge: Challenge } {
  const channels = winners.length
  const step = by.strides[3] as number
  const storage = storageOf(by.buffer)
  const data: TypedArray = storage.data
  if (data instanceof Float32Array) {
    const best = new Int32Array(channels)
    return {
      reset: () => best.fill(NOTHING),
      challenge: (at, position) => challengeWords(best, winners, storage.words, at, step, position),
    }
  }
  const best = new Float64Array(channels)
  const values = new Float64Array(channels)
  return {
    reset: () => best.fill(0),
    challenge(at, position) {
      load64(values, data, { at, row: 0, column: step }, 1, channels)
      challengeValues(best, winners, values, position)
    },
  }
}

/**
 * A function that finds the winners of a window of `by`, one per channel, as positions `row · width + column`, or -1
 * where all of the window is padding.
 */
export function winnerFinder(
  by: View,
  geometry: PoolGeometry,
  winners: Int32Array,
): (window: Window) => void {
  const [, height, width] = by.shape as [number, number, number]
  const [perImage, perRow, perColumn] = by.strides as [number, number, number]
  const { window, strides, dilation, padding } = geometry
  const { reset, challenge } = contest(by, winners)
  return ({ image, row, column }) => {
    winners.fill(-1)
    reset()
    for (let i = 0; i < window[0]; i++) {
      const y = row * strides[0] - padding[0][0] + i * dilation[0]
      if (y < 0 || y >= height) continue
      for (let j = 0; j < window[1]; j++) {
        const x = column * strides[1] - padding[1][0] + j * dilation[1]
        if (x < 0 || x >= width) continue
        challenge(by.offset + image * perImage + y * perRow + x * perColumn, y * width + x)
      }
    }
  }
}
