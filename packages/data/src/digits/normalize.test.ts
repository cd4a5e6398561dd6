import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generateDigits } from './generate.js'
import { centerDigit } from './normalize.js'

function centerOfMass(image: Uint8Array): readonly [number, number] {
  let [mass, x, y] = [0, 0, 0]
  image.forEach((value, index) => {
    mass += value
    x += value * (index % 28)
    y += value * Math.floor(index / 28)
  })
  return [x / mass, y / mass]
}

describe('centerDigit', () => {
  it('centres any picture with ink, wherever and however large the ink is', () => {
    const rectangle = fc.record({
      width: fc.integer({ min: 1, max: 90 }),
      height: fc.integer({ min: 1, max: 90 }),
      left: fc.nat(30),
      top: fc.nat(30),
      paper: fc.integer({ min: -50, max: 50 }),
      ink: fc.integer({ min: 60, max: 900 }),
    })
    fc.assert(
      fc.property(rectangle, ({ width, height, left, top, paper, ink }) => {
        const [columns, rows] = [left + width + 7, top + height + 3]
        const pixels = Array.from({ length: columns * rows }, (_, index) => {
          const [x, y] = [index % columns, Math.floor(index / columns)]
          return x >= left && x < left + width && y >= top && y < top + height ? ink : paper
        })
        const image = centerDigit(pixels, columns, rows)
        const [x, y] = centerOfMass(image)
        expect(Math.abs(x - 14)).toBeLessThanOrEqual(0.5)
        expect(Math.abs(y - 14)).toBeLessThanOrEqual(0.5)
        const inked = image.filter((value) => value > 0).length
        const scale = 20 / Math.max(width, height)
        const sides = [width, height].map((side) => Math.max(1, Math.round(side * scale)))
        expect(inked).toBe((sides[0] ?? 0) * (sides[1] ?? 0))
        expect(Math.max(...image)).toBe(255)
      }),
    )
  })

  it('hardly changes what is already in the form of MNIST', () => {
    const { images } = generateDigits({ count: 200, seed: 9 })
    let difference = 0
    let ink = 0
    for (let sample = 0; sample < 200; sample++) {
      const image = images.subarray(sample * 784, (sample + 1) * 784)
      centerDigit(image, 28, 28).forEach((value, index) => {
        difference += Math.abs(value - (image[index] ?? 0))
        ink += image[index] ?? 0
      })
    }
    expect(difference / ink).toBeLessThan(0.1)
  })

  it('reads the same digit from an enlarged and moved picture', () => {
    const { images } = generateDigits({ count: 20, seed: 2 })
    for (let sample = 0; sample < 20; sample++) {
      const image = images.subarray(sample * 784, (sample + 1) * 784)
      const large = new Float64Array(150 * 130)
      for (let y = 0; y < 112; y++) {
        for (let x = 0; x < 112; x++) {
          large[(y + 15) * 150 + x + 31] = (image[(y >> 2) * 28 + (x >> 2)] ?? 0) / 255
        }
      }
      const centered = centerDigit(large, 150, 130)
      const original = centerDigit(image, 28, 28)
      let [both, one, other] = [0, 0, 0]
      centered.forEach((value, index) => {
        const wanted = original[index] ?? 0
        both += value * wanted
        one += value * value
        other += wanted * wanted
      })
      expect(both / Math.sqrt(one * other)).toBeGreaterThan(0.9)
    }
  })

  it('leaves faint dirt out of the bounds', () => {
    const pixels = new Uint8Array(60 * 60)
    for (let y = 20; y < 40; y++) pixels[y * 60 + 30] = 255
    const clean = centerDigit(pixels, 60, 60)
    pixels[0] = 12
    expect(centerDigit(pixels, 60, 60)).toEqual(clean)
  })

  it('gives an empty picture for an even grey', () => {
    expect(centerDigit(new Uint8Array(100).fill(80), 10, 10)).toEqual(new Uint8Array(784))
  })

  it('refuses pictures that do not fit their size, or with values that are no numbers', () => {
    expect(() => centerDigit(new Uint8Array(10), 3, 4)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: centerDigit: expected width × height grey values, one per pixel; received 10 values for 3 × 4. Fix: pass one channel, row by row, and its width before its height.]`,
    )
    expect(() => centerDigit([0, Number.NaN, 1, 1], 2, 2)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: centerDigit: expected finite grey values; received NaN at row 0, column 1. Fix: replace such values by that of the paper.]`,
    )
  })
})
