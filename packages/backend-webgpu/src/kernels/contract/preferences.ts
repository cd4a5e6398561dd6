/**
 * What the choice of a product's kernel knows of devices: a table by how strong they are.
 *
 * Kernels are compared by an estimate of their microseconds: multiplications, divided by how many the device does in one,
 * which depends on how good the kernel is at it, how much of the tiles is in use and how much of the device has work. A
 * product in slices has more workgroups, but also another dispatch. That starts when the last workgroup of the first is
 * done, so it costs some microseconds on any GPU, whatever it does, and moves all sums through memory. Since a training step
 * of a small network is made of products that take no longer than that, what comes next is cheaper there: invocations of one
 * workgroup that share the contracted index, by teams of a tile or as lanes of the direct kernel, and add up what they have
 * in workgroup memory. On an H200 (132 multiprocessors) as on a GPU with 8, a layer of 128 × 784 × 512 is then one dispatch
 * of 64 workgroups; a kernel gradient over 7744 positions is still cut into slices on both.
 */
import type { DeviceFacts } from '../../plan/plan.js'
import { TILES, type Tile } from './tile.js'

export interface Preference {
  readonly tile: Tile
  /** Multiplications per second in full swing, relative to the best tile. */
  readonly rate: number
  /** Workgroups that it takes to get there. */
  readonly groups: number
}

export interface Preferences {
  readonly tiles: readonly Preference[]
  /** Steps of the contracted index below which another slice costs more than it brings. */
  readonly leastChunk: number
  /** Invocations that keep the device busy, where each waits for memory. */
  readonly invocations: number
  /** Multiplications up to which only the number of invocations counts. */
  readonly tiny: number
  /** The rate of the direct kernel with 4 × 4 elements, on the scale of the tiles. */
  readonly directRate: number
  /** Multiplications in a microsecond, at a rate of 1. */
  readonly speed: number
  /** Bytes in a microsecond, to the caches and back. */
  readonly bandwidth: number
}

/** Microseconds of a second dispatch: its start, and what the device idles around the barrier before it. */
const SECOND_DISPATCH = 5
/** By how much slices must be quicker, since all this is an estimate and they take memory. */
const MARGIN = 1.15

const { narrow, small, medium, large, team } = TILES

/**
 * Planned with an H200 and with GPUs of notebooks in mind, and not measured yet but on `software`. Tiles of the strong
 * device are in full swing with 256 invocations on each of its multiprocessors, the large one with twice that.
 */
export const PREFERENCES: Readonly<Record<DeviceFacts['strength'], Preferences>> = {
  strong: {
    tiles: [
      { tile: large, rate: 1, groups: 256 },
      { tile: medium, rate: 0.75, groups: 264 },
      { tile: small, rate: 0.45, groups: 528 },
      { tile: narrow, rate: 0.4, groups: 528 },
      { tile: team, rate: 0.42, groups: 132 },
    ],
    leastChunk: 256,
    invocations: 65_536,
    tiny: 2 ** 18,
    directRate: 0.15,
    speed: 2e7,
    bandwidth: 3e6,
  },
  modest: {
    tiles: [
      { tile: medium, rate: 1, groups: 48 },
      { tile: small, rate: 0.8, groups: 96 },
      { tile: narrow, rate: 0.6, groups: 96 },
      { tile: team, rate: 0.75, groups: 24 },
    ],
    leastChunk: 256,
    invocations: 8192,
    tiny: 2 ** 15,
    directRate: 0.25,
    speed: 5e5,
    bandwidth: 5e4,
  },
  // Memory that invocations share is memory like any other there, and slow to compile.
  software: {
    tiles: [],
    leastChunk: 4096,
    invocations: 64,
    tiny: 2 ** 12,
    directRate: 1,
    speed: 1e3,
    bandwidth: 1e3,
  },
}

/** The estimate for `products` multiplications at a rate, whose sums (`elements` of them) are formed in slices. */
export function microseconds(
  { speed, bandwidth }: Preferences,
  products: number,
  rate: number,
  slices: number,
  elements: number,
): number {
  const whole = products / (speed * rate)
  // Each sum is written and read, in four bytes.
  return slices === 1 ? whole : MARGIN * (whole + SECOND_DISPATCH + (8 * slices * elements) / bandwidth)
}
