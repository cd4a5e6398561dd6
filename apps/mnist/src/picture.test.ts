import { mkdir, writeFile } from 'node:fs/promises'
import { centerDigit, generateDigits } from 'nabla'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readPicture } from './picture.js'
import { makeWorkspace, type Workspace } from './testing/workspace.js'

let workspace: Workspace

beforeAll(async () => {
  workspace = await makeWorkspace()
})

afterAll(() => workspace.remove())

const SIDE = 28
/** A picture is drawn so many times as large. */
const SCALE = 5
const MARGIN = 20

interface Style {
  readonly paper: number
  readonly ink: number
  /** Of the paper; default opaque. */
  readonly alpha?: number
}

/** A digit, enlarged, off the middle, in other greys. */
async function writePng(
  name: string,
  digit: Uint8Array,
  { paper, ink, alpha = 255 }: Style,
): Promise<string> {
  const side = SIDE * SCALE
  const png = new PNG({ width: side + 2 * MARGIN, height: side + MARGIN })
  for (let row = 0; row < png.height; row++) {
    for (let column = 0; column < png.width; column++) {
      const [x, y] = [Math.floor((column - MARGIN) / SCALE), Math.floor(row / SCALE)]
      const share = x >= 0 && x < SIDE && y < SIDE ? (digit[y * SIDE + x] ?? 0) / 255 : 0
      const grey = Math.round(paper + (ink - paper) * share)
      const opacity = Math.round(alpha + (255 - alpha) * share)
      png.data.set([grey, grey, grey, opacity], 4 * (row * png.width + column))
    }
  }
  const file = workspace.path(`${name}.png`)
  await writeFile(file, PNG.sync.write(png))
  return file
}

function enlarged(digit: Uint8Array): Float64Array {
  const side = SIDE * SCALE
  return Float64Array.from({ length: side * side }, (_, i) => {
    const [row, column] = [Math.floor(i / side / SCALE), Math.floor((i % side) / SCALE)]
    return digit[row * SIDE + column] ?? 0
  })
}

const STYLES: Record<string, Style> = {
  'dark on light': { paper: 255, ink: 0 },
  'light on dark': { paper: 0, ink: 255 },
  'pencil on grey paper': { paper: 190, ink: 110 },
  'chalk on slate': { paper: 60, ink: 150 },
  'black on transparent': { paper: 0, ink: 0, alpha: 0 },
  'white on transparent': { paper: 255, ink: 255, alpha: 0 },
}

describe('readPicture', () => {
  test.each(Object.keys(STYLES))('%s gives the digit, whatever the greys', async (name) => {
    const { images } = generateDigits({ count: 3, seed: 5 })
    for (let i = 0; i < 3; i++) {
      const digit = images.subarray(i * 784, (i + 1) * 784)
      const file = await writePng(`style-${i}`, digit, STYLES[name] ?? { paper: 255, ink: 0 })
      const pixels = await readPicture(file)
      const wanted = centerDigit(enlarged(digit), SIDE * SCALE, SIDE * SCALE)
      const differences = Array.from(wanted, (value, at) => Math.abs(value / 255 - (pixels[at] ?? 0)))
      expect(differences.reduce((sum, each) => sum + each, 0) / 784).toBeLessThan(0.01)
    }
  })

  test('errors say what is wrong with the file', async () => {
    const errorOf = async (file: string): Promise<string> => {
      const error: unknown = await readPicture(file).catch((thrown: unknown) => thrown)
      return String(error).replaceAll(workspace.path(), '<folder>')
    }
    const text = workspace.path('text.png')
    await writeFile(text, 'not a picture')
    const folder = workspace.path('folder.png')
    await mkdir(folder)
    expect(await errorOf(workspace.path('none.png'))).toMatchInlineSnapshot(
      `"ValueError: predict: expected a PNG picture of one digit; received <folder>/none.png: no such file. Fix: give the path of a PNG file with one digit on a plain ground."`,
    )
    expect(await errorOf(text)).toMatchInlineSnapshot(
      `"ValueError: predict: expected a PNG picture of one digit; received <folder>/text.png: no PNG file. Fix: give the path of a PNG file with one digit on a plain ground."`,
    )
    expect(await errorOf(folder)).toMatchInlineSnapshot(
      `"ValueError: predict: expected a PNG picture of one digit; received <folder>/folder.png: EISDIR: illegal operation on a directory, read. Fix: give the path of a PNG file with one digit on a plain ground."`,
    )
    const blank = await writePng('blank', new Uint8Array(784), { paper: 250, ink: 0 })
    expect(await errorOf(blank)).toMatchInlineSnapshot(
      `"ValueError: predict: expected a PNG picture of one digit; received <folder>/blank.png: nothing drawn on it. Fix: give the path of a PNG file with one digit on a plain ground."`,
    )
  })
})

describe('predict', () => {
  test('reads the digit of a picture, dark on light or light on dark', async () => {
    const data = await workspace.writeData('data', { train: 60, test: 20 })
    const out = workspace.path('model')
    await workspace.run(['--data', data, '--epochs', '12', '--batch-size', '20', '--out', out, '--quiet'])
    const { images, labels } = generateDigits({ count: 2, seed: 1 })
    for (const [name, style] of Object.entries(STYLES).slice(0, 2)) {
      // The network has seen these, so that the test is one of the way to it.
      const read: number[] = []
      for (let i = 0; i < 2; i++) {
        const file = await writePng(name, images.subarray(i * 784, (i + 1) * 784), style)
        const { code, output } = await workspace.run(['predict', file, '--out', out, '--quiet'])
        expect(code).toBe(0)
        read.push(Number(output))
      }
      expect(read).toEqual([...labels])
    }
    const file = await writePng('shown', images.subarray(0, 784), { paper: 255, ink: 0 })
    const { output } = await workspace.run(['predict', file, '--out', out])
    expect(output).toContain('What it sees:')
    expect(output).toMatch(/It is a \d\./)
  })
})
