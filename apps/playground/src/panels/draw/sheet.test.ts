import { generateDigits } from 'nabla'
import { expect, test } from 'vitest'
import type { Grey } from './grey.js'
import { digitsOn } from './sheet.js'

const SIDE = 28

/** Built-in digits on a sheet, `gap` pixels apart and from the edge. */
function sheetOf(
  count: number,
  columns: number,
  gap: number,
): { readonly grey: Grey; readonly images: Uint8Array } {
  const { images } = generateDigits({ count, seed: 3 })
  const pitch = SIDE + gap
  const width = columns * pitch + gap
  const height = Math.ceil(count / columns) * pitch + gap
  const ink = new Uint8Array(width * height)
  for (let digit = 0; digit < count; digit++)
    for (let row = 0; row < SIDE; row++) {
      const left = gap + (digit % columns) * pitch
      const top = gap + Math.floor(digit / columns) * pitch
      const start = digit * SIDE * SIDE + row * SIDE
      ink.set(images.subarray(start, start + SIDE), (top + row) * width + left)
    }
  return { grey: { width, height, ink }, images }
}

test('finds the digits of a sheet of tiles as they are', () => {
  const { grey, images } = sheetOf(12, 4, 0)
  const found = digitsOn(grey)
  expect(found).toHaveLength(12)
  expect(found.every(({ centred }) => centred)).toBe(true)
  expect(found[5]?.ink).toEqual(images.slice(5 * 784, 6 * 784))
})

test('finds digits wherever they stand, line by line', () => {
  const { grey } = sheetOf(10, 5, 11)
  const found = digitsOn(grey)
  expect(found).toHaveLength(10)
  for (const { width, height } of found) expect(Math.max(width, height)).toBeLessThanOrEqual(22)
})

test('finds nothing on empty paper', () => {
  expect(digitsOn({ width: 50, height: 40, ink: new Uint8Array(2000) })).toEqual([])
})
