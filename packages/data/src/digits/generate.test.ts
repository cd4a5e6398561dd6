import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generateDigits } from './generate.js'

const pixels = 28 * 28

describe('generateDigits', () => {
  it('gives the same sample whatever else is generated', () => {
    const whole = generateDigits({ count: 40, seed: 7 })
    fc.assert(
      fc.property(fc.nat(39), fc.nat(5), (offset, count) => {
        const end = Math.min(offset + count, 40)
        const part = generateDigits({ count: end - offset, seed: 7, offset })
        expect(part.labels).toEqual(whole.labels.slice(offset, end))
        expect(part.images).toEqual(whole.images.slice(offset * pixels, end * pixels))
      }),
      { numRuns: 30 },
    )
  })

  it('is pinned: the same bytes on every platform, until styles or distortions are changed on purpose', () => {
    const { images, labels } = generateDigits({ count: 200, seed: 42 })
    let hash = 0x811c9dc5
    for (const byte of [...images, ...labels]) hash = Math.imul(hash ^ byte, 0x01000193)
    expect([...labels.subarray(0, 10)]).toEqual([6, 5, 2, 9, 1, 6, 0, 0, 9, 2])
    expect(hash >>> 0).toMatchInlineSnapshot(`56429245`)
  })

  it('differs between seeds, also where only the upper bits do', () => {
    const seeds = [0, 1, -1, 2 ** 32, 2 ** 40 + 1]
    const sets = seeds.map((seed) => generateDigits({ count: 5, seed }).images.join())
    expect(new Set(sets).size).toBe(seeds.length)
    const far = generateDigits({ count: 5, offset: 2 ** 32 }).images.join()
    expect(far).not.toBe(sets[0])
  })

  it('draws every label about equally often', () => {
    const { labels } = generateDigits({ count: 5000, seed: 3 })
    const counts = new Array<number>(10).fill(0)
    for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
    expect(counts).toHaveLength(10)
    // 500 expected, 21 the standard deviation.
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(100)
  })

  it('has as much ink as MNIST, whose mean is 0.1307 and whose share of inked pixels is 0.19', () => {
    const { images } = generateDigits({ count: 3000, seed: 11 })
    let sum = 0
    let inked = 0
    for (const value of images) {
      sum += value
      if (value > 0) inked++
    }
    expect(sum / 255 / images.length).toBeGreaterThan(0.115)
    expect(sum / 255 / images.length).toBeLessThan(0.145)
    expect(inked / images.length).toBeGreaterThan(0.17)
    expect(inked / images.length).toBeLessThan(0.21)
  })

  it('fills a box of 20 pixels and centres it by mass, each picture', () => {
    const count = 2000
    const { images } = generateDigits({ count, seed: 5 })
    for (let sample = 0; sample < count; sample++) {
      const image = images.subarray(sample * pixels, (sample + 1) * pixels)
      const { mass, x, y, width, height } = measure(image)
      expect(mass).toBeGreaterThan(10)
      expect(Math.abs(x - 14)).toBeLessThan(0.6)
      expect(Math.abs(y - 14)).toBeLessThan(0.6)
      expect(Math.max(width, height)).toBeLessThanOrEqual(20)
      expect(Math.max(width, height)).toBeGreaterThanOrEqual(17)
    }
  })

  it('knows several ways of writing each digit: pictures of a label are never alike', () => {
    const { images, labels } = generateDigits({ count: 500, seed: 1 })
    const seen = new Set<string>()
    labels.forEach((label, sample) => {
      seen.add(`${label}:${images.subarray(sample * pixels, (sample + 1) * pixels).join()}`)
    })
    expect(seen.size).toBe(500)
  })

  it('refuses counts, offsets and seeds that are no integers', () => {
    expect(() => generateDigits({ count: 1.5 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: generateDigits: expected count to be an integer of at least 0; received count 1.5. Fix: pass e.g. generateDigits({ count: 1000, seed: 1, offset: 0 }).]`,
    )
    expect(() => generateDigits({ count: 1, offset: -1 })).toThrow(/offset -1/)
    expect(() => generateDigits({ count: 1, seed: Number.NaN })).toThrow(/seed NaN/)
    expect(generateDigits({ count: 0 }).images).toHaveLength(0)
  })
})

function measure(image: Uint8Array) {
  let [mass, sumX, sumY] = [0, 0, 0]
  let [left, right, top, bottom] = [28, -1, 28, -1]
  image.forEach((value, index) => {
    if (value === 0) return
    const [x, y] = [index % 28, Math.floor(index / 28)]
    mass += value / 255
    sumX += (value / 255) * x
    sumY += (value / 255) * y
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  })
  return { mass, x: sumX / mass, y: sumY / mass, width: right - left + 1, height: bottom - top + 1 }
}
