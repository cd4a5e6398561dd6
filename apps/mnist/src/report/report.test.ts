import { describe, expect, test } from 'vitest'
import { confusionTable } from './confusion.js'
import { pictureSheet } from './pictures.js'
import { plotCurve } from './plot.js'

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one.
const plain = (text: string): string => text.replaceAll(/\x1b\[\d+m/g, '')

describe('what the terminal shows', () => {
  test('a confusion matrix, also with a digit that did not occur', () => {
    const counts: number[][] = Array.from({ length: 10 }, (_, truth) =>
      Array.from({ length: 10 }, (_, reading) => (truth === 9 ? 0 : truth === reading ? 980 : 0)),
    )
    const lines = plain(confusionTable(counts.with(4, [0, 0, 0, 0, 3, 0, 0, 0, 0, 1]))).split('\n')
    expect(lines).toHaveLength(11)
    expect(lines[0]).toMatchInlineSnapshot(
      `"true ╲ read    0    1    2    3    4    5    6    7    8    9   right"`,
    )
    expect(lines[5]).toMatchInlineSnapshot(
      `"          4    ·    ·    ·    ·    3    ·    ·    ·    ·    1   75.0 %"`,
    )
    expect(lines[10]).toMatchInlineSnapshot(
      `"          9    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·        –"`,
    )
  })

  test('pictures side by side, without their common margin, in as many rows as the width asks for', () => {
    const bar = new Float32Array(784)
    for (let row = 6; row < 12; row++) bar.fill(row < 8 ? 0.5 : 1, row * 28 + 10, row * 28 + 14)
    const pictures = ['one', 'two', 'three'].map((caption) => ({ pixels: bar, caption }))
    expect(pictureSheet(pictures, 12)).toMatchInlineSnapshot(`
      "one    two
      ▒▒▒▒   ▒▒▒▒
      ████   ████
      ████   ████

      three
      ▒▒▒▒
      ████
      ████"
    `)
    expect(pictureSheet([{ pixels: new Float32Array(784), caption: 'blank' }])).toBe('blank')
  })

  test('a curve of loss and accuracy, and none of two points', () => {
    const curve = Array.from({ length: 5 }, (_, i) => ({
      epoch: (i + 1) / 5,
      loss: 2 - i / 4,
      accuracy: i / 4,
    }))
    expect(plotCurve(curve)).toMatchInlineSnapshot(`
      "  loss
         2.000 ┼────╮
         1.833 ┤    ╰─────────╮
         1.667 ┤              ╰─────────╮
         1.500 ┤                        ╰─────────╮
         1.333 ┤                                  ╰─────────╮
         1.167 ┤                                            ╰─────────╮
         1.000 ┤                                                      ╰────

        accuracy
       100.0 % ┼                                                      ╭────
        83.3 % ┤                                            ╭─────────╯
        66.7 % ┤                                  ╭─────────╯
        50.0 % ┤                        ╭─────────╯
        33.3 % ┤              ╭─────────╯
        16.7 % ┤    ╭─────────╯
         0.0 % ┼────╯
                epoch 0.2                                                  1"
    `)
    expect(plotCurve(curve.slice(0, 2))).toBeUndefined()
  })
})
