/**
 * Contractions too thin for panels, in float32: a matrix with one or two vectors, and outer products. They are bound
 * by reading the matrix once (or writing it), so it is never packed.
 */
import type { Matrix, Problem } from './problem.js'

/** The step between all neighbours in a table of offsets, if it is one and the same. */
function stepOf(offsets: Int32Array): number | undefined {
  const step = offsets.length > 1 ? offsets[1]! - offsets[0]! : 0
  for (let i = 2; i < offsets.length; i++) if (offsets[i]! - offsets[i - 1]! !== step) return undefined
  return step
}

/** `Σ_k vector[k] · matrix[start + k · step]`, as four sums, since one would wait for every addition. */
function dot(vector: Float64Array, matrix: Float32Array, start: number, step: number): number {
  const n = vector.length
  const whole = n & ~3
  let first = 0
  let second = 0
  let third = 0
  let fourth = 0
  let at = start
  for (let k = 0; k < whole; k += 4) {
    first += vector[k]! * matrix[at]!
    second += vector[k + 1]! * matrix[at + step]!
    third += vector[k + 2]! * matrix[at + 2 * step]!
    fourth += vector[k + 3]! * matrix[at + 3 * step]!
    at += 4 * step
  }
  for (let k = whole; k < n; k++) {
    first += vector[k]! * matrix[at]!
    at += step
  }
  return first + second + (third + fourth)
}

function dotByTable(vector: Float64Array, matrix: Float32Array, start: number, offsets: Int32Array): number {
  let sum = 0
  for (let k = 0; k < offsets.length; k++) sum += vector[k]! * matrix[start + offsets[k]!]!
  return sum
}

/** `sums[i] += factor · matrix[start + i · step]`. */
function addScaled(
  sums: Float64Array,
  factor: number,
  matrix: Float32Array,
  start: number,
  step: number,
): void {
  if (step === 1) for (let i = 0; i < sums.length; i++) sums[i]! += factor * matrix[start + i]!
  else for (let i = 0; i < sums.length; i++) sums[i]! += factor * matrix[start + i * step]!
}

/** One vector against every row of a matrix, walking the matrix the way it lies. */
function multiplyVector(
  sums: Float64Array,
  vector: Float64Array,
  matrix: Float32Array,
  start: number,
  { rows, columns }: Matrix,
): void {
  const across = stepOf(columns)
  const down = stepOf(rows)
  if (down !== undefined && (across === undefined || Math.abs(down) < Math.abs(across))) {
    sums.fill(0)
    for (let k = 0; k < columns.length; k++) addScaled(sums, vector[k]!, matrix, start + columns[k]!, down)
  } else if (across !== undefined) {
    for (let i = 0; i < rows.length; i++) sums[i] = dot(vector, matrix, start + rows[i]!, across)
  } else {
    for (let i = 0; i < rows.length; i++) sums[i] = dotByTable(vector, matrix, start + rows[i]!, columns)
  }
}

/** Few rows on the `thin` side, any number on the `wide` side. */
function multiplyThin(
  problem: Problem,
  thin: Matrix,
  thinData: Float32Array,
  wide: Matrix,
  wideData: Float32Array,
  target: Float32Array,
  thinOffsets: Int32Array,
  wideOffsets: Int32Array,
): void {
  const vector = new Float64Array(problem.k)
  const sums = new Float64Array(wide.rows.length)
  for (let batch = 0; batch < problem.batches; batch++) {
    for (let row = 0; row < thin.rows.length; row++) {
      const start = thin.batch[batch]! + thin.rows[row]!
      for (let k = 0; k < vector.length; k++) vector[k] = thinData[start + thin.columns[k]!]!
      multiplyVector(sums, vector, wideData, wide.batch[batch]!, wide)
      const to = problem.output.batch[batch]! + thinOffsets[row]!
      for (let i = 0; i < sums.length; i++) target[to + wideOffsets[i]!] = sums[i]!
    }
  }
}

function multiplyOuter(
  { batches, left, right, output }: Problem,
  leftData: Float32Array,
  rightData: Float32Array,
  target: Float32Array,
): void {
  const vector = new Float64Array(right.rows.length)
  for (let batch = 0; batch < batches; batch++) {
    const rightStart = right.batch[batch]! + right.columns[0]!
    for (let j = 0; j < vector.length; j++) vector[j] = rightData[rightStart + right.rows[j]!]!
    const leftStart = left.batch[batch]! + left.columns[0]!
    for (let i = 0; i < left.rows.length; i++) {
      const factor = leftData[leftStart + left.rows[i]!]!
      const to = output.batch[batch]! + output.rows[i]!
      for (let j = 0; j < vector.length; j++) target[to + output.columns[j]!] = factor * vector[j]!
    }
  }
}

/** Multiplies if the problem is a thin one; false if it is not. */
export function multiplySkinny(
  problem: Problem,
  left: Float32Array,
  right: Float32Array,
  target: Float32Array,
): boolean {
  const { m, n, k, output } = problem
  if (k === 1) multiplyOuter(problem, left, right, target)
  else if (m <= 2) {
    multiplyThin(problem, problem.left, left, problem.right, right, target, output.rows, output.columns)
  } else if (n <= 2) {
    multiplyThin(problem, problem.right, right, problem.left, left, target, output.columns, output.rows)
  } else return false
  return true
}
