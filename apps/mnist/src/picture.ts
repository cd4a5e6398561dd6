/**
 * Pictures from PNG files, brought into the form that the networks were trained on: white ink on black, 28×28, fitted
 * and centred as MNIST's are.
 */
import { readFile } from 'node:fs/promises'
import { centerDigit, ValueError } from 'nabla'
import { PNG } from 'pngjs'

/** Grey ink on a dark ground from RGBA pixels: transparent counts as paper, and paper is what the border shows. */
function inkOf({ data, width, height }: PNG): Uint8Array {
  const grey = new Uint8Array(width * height)
  for (let i = 0; i < grey.length; i++) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(4 * i, 4 * i + 4)
    const luminance = 0.299 * red + 0.587 * green + 0.114 * blue
    grey[i] = Math.round((luminance * alpha + 255 * (255 - alpha)) / 255)
  }
  let border = 0
  for (let x = 0; x < width; x++) border += (grey[x] ?? 0) + (grey[(height - 1) * width + x] ?? 0)
  const isDarkInk = border / (2 * width) > 127
  return isDarkInk ? grey.map((value) => 255 - value) : grey
}

/** Ink so faint that it is the paper's own grain. */
const GRAIN = 40

/** 784 values from 0 to 1. @throws ValueError when the file is no PNG or shows nothing. */
export async function readPicture(file: string): Promise<Float32Array> {
  const problem = (received: string): ValueError =>
    new ValueError('predict', {
      expected: 'a PNG picture of one digit',
      received: `${file}: ${received}`,
      fix: 'give the path of a PNG file with one digit on a plain ground',
    })
  let png: PNG
  try {
    png = PNG.sync.read(await readFile(file))
  } catch (error) {
    throw problem(error instanceof Error ? error.message : String(error))
  }
  const ink = inkOf(png).map((value) => (value < GRAIN ? 0 : value))
  if (ink.every((value) => value === 0)) throw problem('nothing drawn on it')
  return Float32Array.from(centerDigit(ink, png.width, png.height), (value) => value / 255)
}
