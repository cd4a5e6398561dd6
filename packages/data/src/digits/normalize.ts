/**
 * MNIST's own normalisation: a digit scaled into a box of 20 by 20 pixels with its proportions kept, then moved
 * by whole pixels so that its centre of mass lies at the middle of a 28 by 28 picture
 * (LeCun, Cortes, Burges: The MNIST database of handwritten digits). The generator ends with it, and pictures
 * drawn by a user or read from a file go through `centerDigit` before they are classified.
 */

/** Pixels along one side of a finished picture. */
export const pictureSide = 28
/** Pixels along one side of the box that the digit's ink fills. */
export const boxSide = 20

/**
 * Writes a box of ink (values 0 to 1, `boxSide` squared) into `target` at `offset` as bytes, its centre of
 * mass as near the middle as whole pixels allow. MNIST counts pixels from 0 and takes 14 for the middle.
 */
export function placeByMass(box: Float64Array, target: Uint8Array, offset: number): void {
  let mass = 0
  let sumX = 0
  let sumY = 0
  for (let row = 0, pixel = 0; row < boxSide; row++) {
    for (let column = 0; column < boxSide; column++, pixel++) {
      const ink = box[pixel]!
      mass += ink
      sumX += ink * column
      sumY += ink * row
    }
  }
  if (mass === 0) return
  const middle = pictureSide / 2
  const shiftX = Math.round(middle - sumX / mass)
  const shiftY = Math.round(middle - sumY / mass)
  for (let row = 0; row < boxSide; row++) {
    const toRow = row + shiftY
    if (toRow < 0 || toRow >= pictureSide) continue
    for (let column = 0; column < boxSide; column++) {
      const toColumn = column + shiftX
      if (toColumn < 0 || toColumn >= pictureSide) continue
      target[offset + toRow * pictureSide + toColumn] = Math.round(box[row * boxSide + column]! * 255)
    }
  }
}
