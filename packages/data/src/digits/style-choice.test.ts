import { describe, expect, it } from 'vitest'
import { SampleRandom } from './random.js'
import { digitStyles } from './skeletons/index.js'
import { Polyline, parseStroke, traceStroke } from './stroke.js'
import { chooseStyle, parseStyle, parseStyles } from './style-choice.js'

describe('styles', () => {
  it('has at least three for each of the ten digits, with names of their own', () => {
    expect(digitStyles).toHaveLength(10)
    for (const styles of digitStyles) {
      expect(styles.length).toBeGreaterThanOrEqual(3)
      expect(new Set(styles.map(({ name }) => name)).size).toBe(styles.length)
    }
  })

  it('parses all, within the box', () => {
    for (const { first, second } of parseStyles().flat()) {
      for (const { x, y } of [...first, ...second]) {
        expect(x.length).toBeGreaterThanOrEqual(2)
        for (const coordinate of [...x, ...y]) expect(coordinate).toBeLessThanOrEqual(100)
      }
    }
  })

  it('refuses poses of different make, and points it cannot read', () => {
    expect(() =>
      parseStyle({ name: 'odd', weight: 1, poses: [['1,2 3,4'], ['1,2 3,4 5,6']] }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: digit style "odd": expected two poses whose strokes have the same points and corners; received ".." and "...". Fix: add the missing points, and mark the same corners with "!".]`,
    )
    expect(() => parseStroke('1,2 3;4')).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: digit skeleton: expected control points "x,y" or "x,y!" with one space between; received "3;4" in "1,2 3;4". Fix: write whole numbers from 0 to 100.]`,
    )
  })

  it('chooses by weight', () => {
    const random = new SampleRandom()
    random.restart(1, 0)
    const styles = [1, 3].map((weight) =>
      parseStyle({ name: 'line', weight, poses: [['0,0 9,9'], ['0,0 9,9']] }),
    )
    let heavy = 0
    for (let draw = 0; draw < 2000; draw++) if (chooseStyle(styles, random) === styles[1]) heavy++
    expect(heavy).toBeGreaterThan(1400)
    expect(heavy).toBeLessThan(1600)
  })
})

describe('traceStroke', () => {
  it('passes through the control points and turns sharply at corners only', () => {
    const trace = (text: string) => {
      const line = new Polyline(100)
      traceStroke(parseStroke(text), 5, line)
      return Array.from(
        { length: line.length },
        (_, index) => [line.x[index] ?? 0, line.y[index] ?? 0] as const,
      )
    }
    const smooth = trace('0,0 50,0 50,50')
    const sharp = trace('0,0 50,0! 50,50')
    for (const points of [smooth, sharp]) {
      for (const wanted of [
        [0, 0],
        [50, 0],
        [50, 50],
      ])
        expect(points).toContainEqual(wanted)
    }
    const offChords = (points: ReturnType<typeof trace>) =>
      Math.max(...points.map(([x, y]) => Math.min(Math.abs(y), Math.abs(x - 50))))
    expect(offChords(sharp)).toBeLessThan(1e-9)
    expect(offChords(smooth)).toBeGreaterThan(1)
  })
})
