/**
 * Pictures from PNG files, brought into the form that the networks were trained on: light ink on black, 28×28, fitted
 * and centred as MNIST's are.
 */
import { readFile } from 'node:fs/promises'
import { centerDigit, ValueError } from 'nabla'
import { PNG } from 'pngjs'

/** Greys that differ less than this from the paper, of 255, are no ink. */
const FAINTEST = 24
/** Ink fainter than this share of the strongest is the paper's own grain. */
const GRAIN = 0.15

interface Picture {
  readonly grey: Uint8Array
  readonly width: number
  readonly height: number
}

/** Grey values from 0 to 255; what is transparent shows the given ground. */
function greyOf({ data, width, height }: PNG, ground: number): Picture {
  const grey = new Uint8Array(width * height)
  for (let i = 0; i < grey.length; i++) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(4 * i, 4 * i + 4)
    const luminance = 0.299 * red + 0.587 * green + 0.114 * blue
    grey[i] = Math.round((luminance * alpha + ground * (255 - alpha)) / 255)
  }
  return { grey, width, height }
}

/** The grey of the paper: the middle one of those along the border. */
function paperOf({ grey, width, height }: Picture): number {
  const border = grey.filter((_, i) => {
    const column = i % width
    return i < width || i >= width * (height - 1) || column === 0 || column === width - 1
  })
  return border.sort()[border.length >> 1] ?? 0
}

/** How far each pixel is from the paper, on the side on which the ink is: darker or lighter. Nothing if all is even. */
function inkOf(picture: Picture): Float64Array | undefined {
  const paper = paperOf(picture)
  const { least, most } = picture.grey.reduce(
    (range, value) => ({ least: Math.min(range.least, value), most: Math.max(range.most, value) }),
    { least: 255, most: 0 },
  )
  const isDark = paper - least > most - paper
  const strongest = isDark ? paper - least : most - paper
  if (strongest < FAINTEST) return undefined
  return Float64Array.from(picture.grey, (value) => {
    const ink = (isDark ? paper - value : value - paper) / strongest
    return ink < GRAIN ? 0 : ink
  })
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

async function readPng(file: string): Promise<PNG | string> {
  try {
    const bytes = await readFile(file)
    return bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE) ? PNG.sync.read(bytes) : 'no PNG file'
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (isMissing) return 'no such file'
    return error instanceof Error ? error.message : String(error)
  }
}

/** 784 values from 0 to 1. @throws ValueError when the file is no PNG or shows nothing. */
export async function readPicture(file: string): Promise<Float32Array> {
  const problem = (received: string): ValueError =>
    new ValueError('predict', {
      expected: 'a PNG picture of one digit',
      received: `${file}: ${received}`,
      fix: 'give the path of a PNG file with one digit on a plain ground',
    })
  const png = await readPng(file)
  if (typeof png === 'string') throw problem(png)
  // White ink on a transparent ground shows on black only.
  const ink = inkOf(greyOf(png, 255)) ?? inkOf(greyOf(png, 0))
  if (ink === undefined) throw problem('nothing drawn on it')
  return Float32Array.from(centerDigit(ink, png.width, png.height), (value) => value / 255)
}
