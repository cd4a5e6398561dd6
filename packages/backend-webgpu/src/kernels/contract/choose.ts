/** Which kernel computes a product: that which takes least by the estimates of preferences.ts. */
import type { DeviceFacts } from '../../plan/plan.js'
import { chooseDirect } from './choose-direct.js'
import type { Direct } from './direct.js'
import { prefersTransposed } from './loading.js'
import { microseconds, PREFERENCES, type Preference, type Preferences } from './preferences.js'
import type { Problem } from './problem.js'
import { fits, type Tile } from './tile.js'

/** A kernel for a product, possibly with its sides exchanged, and how many slices of the contracted index it wants. */
export type Way = { readonly transposed: boolean; readonly slices: number } & (
  | { readonly kind: 'tiled'; readonly tile: Tile }
  | { readonly kind: 'direct'; readonly direct: Direct }
)

export type Choose = (problem: Problem, facts: DeviceFacts) => Way

interface Estimate {
  readonly time: number
  readonly slices: number
}

function estimate({ tile, rate, groups }: Preference, problem: Problem, preferences: Preferences): Estimate {
  const { batches, rows, columns, depth } = problem
  const elements = batches * rows * columns
  const tiles = Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns) * batches
  const timeOf = (slices: number): number => {
    const chunk = depth / slices
    // One round more than there is to multiply: nothing is there yet in the first.
    const steps = (Math.ceil(chunk / tile.depth) + 1) * tile.depth
    const filled = (elements / (tiles * tile.rows * tile.columns)) * (chunk / steps)
    const busy = Math.min(1, (tiles * slices) / groups)
    return microseconds(preferences, elements * depth, rate * filled * busy, slices, elements)
  }
  const most = Math.floor(depth / preferences.leastChunk)
  const slices = Math.max(1, Math.min(Math.ceil(groups / tiles), most))
  const [whole, sliced] = [timeOf(1), timeOf(slices)]
  return sliced < whole ? { time: sliced, slices } : { time: whole, slices: 1 }
}

/** The quickest tile, if one is quicker than `limit`. */
function chooseTile(problem: Problem, facts: DeviceFacts, limit: number): Way | undefined {
  const preferences = PREFERENCES[facts.strength]
  let best: Way | undefined
  let bestTime = limit
  for (const preference of preferences.tiles) {
    const { tile } = preference
    if (!fits(tile, facts)) continue
    const isNarrow = tile.columns < tile.rows
    const transposed = isNarrow ? problem.rows < problem.columns : prefersTransposed(problem.target)
    const { rows, columns } = problem
    const turned = transposed ? { ...problem, rows: columns, columns: rows } : problem
    const { time, slices } = estimate(preference, turned, preferences)
    if (time < bestTime) {
      best = { kind: 'tiled', tile, transposed, slices }
      bestTime = time
    }
  }
  return best
}

export const chooseWay: Choose = (problem, facts) => {
  const { way, time } = chooseDirect(problem, PREFERENCES[facts.strength])
  return chooseTile(problem, facts, time) ?? way
}
