/** Which kernel computes a product: one table of tiles by how strong the device is, and a rule for what has too little work. */
import type { DeviceFacts } from '../../plan/plan.js'
import { chooseDirect } from './choose-direct.js'
import type { Direct } from './direct.js'
import { prefersTransposed } from './loading.js'
import type { Problem } from './problem.js'
import { fits, TILES, type Tile } from './tile.js'

/** A kernel for a product, possibly with its sides exchanged, and how many slices of the contracted index it wants. */
export type Way = { readonly transposed: boolean; readonly slices: number } & (
  | { readonly kind: 'tiled'; readonly tile: Tile }
  | { readonly kind: 'direct'; readonly direct: Direct }
)

export type Choose = (problem: Problem, facts: DeviceFacts) => Way

interface Preference {
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
}

const { narrow, small, medium, large } = TILES

/** Planned with an H200 and with GPUs of notebooks in mind, and not measured yet but on `software`. */
const PREFERENCES: Readonly<Record<DeviceFacts['strength'], Preferences>> = {
  strong: {
    tiles: [
      { tile: large, rate: 1, groups: 256 },
      { tile: medium, rate: 0.75, groups: 512 },
      { tile: small, rate: 0.45, groups: 1024 },
      { tile: narrow, rate: 0.4, groups: 1024 },
    ],
    leastChunk: 256,
    invocations: 65_536,
    tiny: 2 ** 18,
    directRate: 0.15,
  },
  modest: {
    tiles: [
      { tile: medium, rate: 1, groups: 48 },
      { tile: small, rate: 0.8, groups: 96 },
      { tile: narrow, rate: 0.6, groups: 96 },
    ],
    leastChunk: 256,
    invocations: 8192,
    tiny: 2 ** 15,
    directRate: 0.25,
  },
  // Memory that invocations share is memory like any other there, and slow to compile.
  software: { tiles: [], leastChunk: 4096, invocations: 64, tiny: 2 ** 12, directRate: 1 },
}

/** What a second pass leaves of the gain. */
const SLICED = 0.85

interface Scored {
  readonly score: number
  readonly slices: number
}

function scoreOf({ tile, rate, groups }: Preference, problem: Problem, leastChunk: number): Scored {
  const { batches, rows, columns, depth } = problem
  const tiles = Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns) * batches
  const filled = (batches * rows * columns) / (tiles * tile.rows * tile.columns)
  const busy = (count: number): number => Math.min(1, count / groups)
  const slices = Math.max(1, Math.min(Math.ceil(groups / tiles), Math.floor(depth / leastChunk)))
  const [whole, sliced] = [busy(tiles), SLICED * busy(tiles * slices)]
  return sliced > whole
    ? { score: rate * filled * sliced, slices }
    : { score: rate * filled * whole, slices: 1 }
}

function chooseTile(problem: Problem, facts: DeviceFacts, leastScore: number): Way | undefined {
  const { tiles, leastChunk } = PREFERENCES[facts.strength]
  let best: Way | undefined
  let bestScore = leastScore
  for (const preference of tiles) {
    const { tile } = preference
    if (!fits(tile, facts)) continue
    const isNarrow = tile.columns < tile.rows
    const transposed = isNarrow ? problem.rows < problem.columns : prefersTransposed(problem.target)
    const { rows, columns } = problem
    const turned = transposed ? { ...problem, rows: columns, columns: rows } : problem
    const { score, slices } = scoreOf(preference, turned, leastChunk)
    if (score > bestScore) {
      best = { kind: 'tiled', tile, transposed, slices }
      bestScore = score
    }
  }
  return best
}

export const chooseWay: Choose = (problem, facts) => {
  const direct = chooseDirect(problem, PREFERENCES[facts.strength])
  if (direct.score === Number.POSITIVE_INFINITY) return direct.way()
  return chooseTile(problem, facts, direct.score) ?? direct.way()
}
