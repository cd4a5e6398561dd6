/** How the direct kernel would compute a product, and how well that suits it. */
import type { Way } from './choose.js'
import type { Direct } from './direct.js'
import { prefersTransposed, runsAlongFree } from './loading.js'
import { microseconds, type Preferences } from './preferences.js'
import { type Problem, transposed } from './problem.js'

/** Rows or columns up to which a product is bound by reading the other operand, once, whatever computes it. */
const THIN = 8
/** Steps that an invocation should have at least before others share its elements. */
const LEAST_STEPS = 8

/** The power of 2 from `value` on, up to `limit`. */
function powerOf2(value: number, limit: number): number {
  let power = 1
  while (power < value && power < limit) power *= 2
  return power
}

const asCount = (value: number): 1 | 2 | 4 | 8 => (value <= 1 ? 1 : value <= 2 ? 2 : value <= 4 ? 4 : 8)

interface Shape {
  readonly rows: 1 | 2 | 4
  readonly columns: 1 | 2 | 4 | 8
}

interface Suited {
  readonly way: Way & { readonly kind: 'direct' }
  /** Microseconds; 0 where tiles needn't be looked at. */
  readonly time: number
}

/** Rows and columns of an invocation, of a product whose rows are the long side. */
function thinShape(problem: Problem, { invocations }: Preferences): Shape {
  const columns = asCount(problem.columns)
  const { loading } = problem.left
  if (loading === 'vectorFree') return { rows: 4, columns }
  if (loading === 'scalarFree') return { rows: 1, columns }
  // Rows together spare reads of the other operand, as long as there are enough of them.
  const many = (problem.batches * problem.rows * 64) / invocations
  return { rows: many >= 4 ? (columns === 8 ? 2 : 4) : 1, columns }
}

/** Invocations that share elements, until the device has enough of them. */
function lanesOf(problem: Problem, shape: Shape, most: number, { invocations }: Preferences): number {
  const { batches, rows, columns, depth } = problem
  const blocks = batches * Math.ceil(rows / shape.rows) * Math.ceil(columns / shape.columns)
  return powerOf2(Math.min(invocations / blocks, depth / LEAST_STEPS), most)
}

function wayOf(problem: Problem, turned: boolean, shape: Shape, preferences: Preferences): Suited['way'] {
  const product = turned ? transposed(problem) : problem
  const { loading } = product.left
  const alongFree = runsAlongFree(loading)
  const { batches, rows, columns, depth } = product
  const blocks = batches * Math.ceil(rows / shape.rows) * Math.ceil(columns / shape.columns)
  // Along the free index, invocations beside each other still read 128 bytes.
  const most = !alongFree ? 64 : loading === 'vectorFree' && shape.rows === 4 ? 16 : 4
  const lanes = lanesOf(product, shape, most, preferences)
  const wanted = Math.ceil(preferences.invocations / (blocks * lanes))
  const slices = Math.max(
    1,
    Math.min(64, wanted, Math.floor(depth / Math.max(preferences.leastChunk, 16 * lanes))),
  )
  const direct: Direct = {
    ...shape,
    lanes,
    neighbours: alongFree ? 'free' : 'contracted',
    invocations: alongFree ? 128 : 64,
  }
  return { kind: 'direct', direct, transposed: turned, slices: slices < 2 ? 1 : slices }
}

/** The estimate for 4 × 4 elements in an invocation. */
function timeOf(
  problem: Problem,
  { direct, slices, transposed: turned }: Suited['way'],
  preferences: Preferences,
): number {
  const { batches, rows, columns, depth, left, right } = problem
  const elements = batches * rows * columns
  const blocks = batches * Math.ceil(rows / 4) * Math.ceil(columns / 4)
  const busy = Math.min(1, (blocks * direct.lanes * slices) / preferences.invocations)
  // Neighbours along the contracted index leap in an operand that is contiguous along the other one.
  const other = (turned ? left : right).loading
  const leaps = direct.lanes > 1 && direct.neighbours === 'contracted' && runsAlongFree(other)
  const rate = preferences.directRate * (elements / (blocks * 16)) * busy * (leaps ? 0.5 : 1)
  return microseconds(preferences, elements * depth, rate, slices, elements)
}

export function chooseDirect(problem: Problem, preferences: Preferences): Suited {
  const { batches, rows, columns, depth } = problem
  const turned = prefersTransposed(problem.target)
  if (batches * rows * columns * depth <= preferences.tiny) {
    return { way: wayOf(problem, turned, { rows: 1, columns: 1 }, preferences), time: 0 }
  }
  if (Math.min(rows, columns) <= THIN) {
    const thin = rows < columns
    const shape = thinShape(thin ? transposed(problem) : problem, preferences)
    return { way: wayOf(problem, thin, shape, preferences), time: 0 }
  }
  const way = wayOf(problem, turned, { rows: 4, columns: 4 }, preferences)
  return { way, time: timeOf(problem, way, preferences) }
}
