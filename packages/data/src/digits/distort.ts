/**
 * What makes two writers differ: the random bending of a traced digit.
 *
 * `warpLine` moves the points of a polyline by one smooth map of the plane (bow, keystone, rotation, slant,
 * aspect) and a smooth random field (the elastic distortion of Simard, Steinkraus and Platt, 2003, on the pen's
 * path instead of on pixels). `inkLine` gives each point the pen's radius.
 */
import type { SampleRandom } from './random.js'
import type { Polyline } from './stroke.js'

/** The random field has this many nodes along each side of the skeleton's box. */
const fieldSide = 4
const fieldX = new Float64Array(fieldSide * fieldSide)
const fieldY = new Float64Array(fieldSide * fieldSide)

/** The field's value at a place given in node units: smooth steps between the nodes. */
function sampleField(field: Float64Array, column: number, row: number): number {
  const left = Math.min(Math.max(Math.floor(column), 0), fieldSide - 2)
  const top = Math.min(Math.max(Math.floor(row), 0), fieldSide - 2)
  const x = Math.min(Math.max(column - left, 0), 1)
  const y = Math.min(Math.max(row - top, 0), 1)
  const across = x * x * (3 - 2 * x)
  const down = y * y * (3 - 2 * y)
  const corner = top * fieldSide + left
  const upper = field[corner]! + (field[corner + 1]! - field[corner]!) * across
  const lower =
    field[corner + fieldSide]! + (field[corner + fieldSide + 1]! - field[corner + fieldSide]!) * across
  return upper + (lower - upper) * down
}

/** Bends all points of `line` (in the box of 100 by 100) by one random smooth map. */
export function warpLine(line: Polyline, random: SampleRandom): void {
  // The ranges were tuned by how well a convnet trained on the result reads MNIST's training pictures.
  const strength = random.uniform(1, 9)
  for (let node = 0; node < fieldX.length; node++) {
    fieldX[node] = random.normal(strength)
    fieldY[node] = random.normal(strength)
  }
  const bowX = random.normal(0.14)
  const bowY = random.normal(0.1)
  const keystone = random.normal(0.2)
  const balance = random.normal(0.2)
  const turn = random.normal(0.14)
  const slant = 0.17 + random.normal(0.28)
  const width = random.uniform(0.65, 1.5)
  // A rotation in closed form without sine and cosine: t is the tangent of half its angle.
  const half = turn / 2
  const cosine = (1 - half * half) / (1 + half * half)
  const sine = (2 * half) / (1 + half * half)
  for (let index = 0; index < line.length; index++) {
    const x = line.x[index]!
    const y = line.y[index]!
    const column = (x / 100) * (fieldSide - 1)
    const row = (y / 100) * (fieldSide - 1)
    const u = (x + sampleField(fieldX, column, row)) / 50 - 1
    const v = (y + sampleField(fieldY, column, row)) / 50 - 1
    const bentX = u * (1 + keystone * v) + bowX * (1 - v * v)
    const bentY = v + balance * (1 - v * v) + bowY * (1 - u * u)
    const slantedX = bentX * width - slant * bentY
    line.x[index] = cosine * slantedX - sine * bentY
    line.y[index] = sine * slantedX + cosine * bentY
  }
}

/**
 * Sets the radius of every point, in pixels of the finished picture: one thickness per digit, from fine to
 * felt pen, with slow changes of pressure along each stroke and a slightly ragged edge.
 */
export function inkLine(line: Polyline, random: SampleRandom): void {
  const spread = random.uniform(0, 1)
  const radius = 0.65 + 0.6 * random.uniform(0, 1) + 1.4 * spread * spread * spread
  const unevenness = random.uniform(0, 0.2)
  let from = 0
  while (from < line.length) {
    let to = from + 1
    while (to < line.length && line.start[to] === 0) to++
    const first = random.normal(unevenness)
    const middle = random.normal(unevenness)
    const last = random.normal(unevenness)
    for (let index = from; index < to; index++) {
      const t = to - from > 1 ? (index - from) / (to - from - 1) : 0
      const pressure = t < 0.5 ? first + (middle - first) * 2 * t : middle + (last - middle) * (2 * t - 1)
      line.radius[index] = radius * Math.max(1 + pressure + random.normal(0.04), 0.4)
    }
    from = to
  }
}
