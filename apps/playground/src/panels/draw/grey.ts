/**
 * A picture file as ink: how far each pixel is from the paper, whichever of both is the darker.
 */

export interface Grey {
  readonly width: number
  readonly height: number
  /** 0 where there is paper, 255 where the ink is strongest. */
  readonly ink: Uint8Array<ArrayBuffer>
}

/** Larger pictures are made smaller first. */
const MOST = 1600
/** Ink fainter than this share of the strongest is the paper's own grain. */
const GRAIN = 0.15
/** Greys that differ less than this from the paper, of 255, are no ink. */
const FAINTEST = 24

export async function greyOf(file: Blob): Promise<Grey> {
  const bitmap = await createImageBitmap(file)
  const scale = Math.min(1, MOST / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('this browser gives no canvas to read the picture with')
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  return inkOf(context.getImageData(0, 0, canvas.width, canvas.height))
}

/** Grey values from 0 to 255; what is transparent shows the given ground. */
function luminances({ data }: ImageData, ground: number): Uint8Array {
  const grey = new Uint8Array(data.length / 4)
  for (let i = 0; i < grey.length; i++) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(4 * i, 4 * i + 4)
    const luminance = 0.299 * red + 0.587 * green + 0.114 * blue
    grey[i] = Math.round((luminance * alpha + ground * (255 - alpha)) / 255)
  }
  return grey
}

/** The grey of the paper: the middle one of those along the border. */
function paperOf(grey: Uint8Array, width: number, height: number): number {
  const border = grey.filter((_, i) => {
    const column = i % width
    return i < width || i >= width * (height - 1) || column === 0 || column === width - 1
  })
  return border.sort()[border.length >> 1] ?? 0
}

export function inkOf(image: ImageData): Grey {
  const { width, height } = image
  // White ink on a transparent ground shows on black only.
  return (
    fromPaper(luminances(image, 255), width, height) ??
    fromPaper(luminances(image, 0), width, height) ?? {
      width,
      height,
      ink: new Uint8Array(width * height),
    }
  )
}

function fromPaper(grey: Uint8Array, width: number, height: number): Grey | undefined {
  const paper = paperOf(grey, width, height)
  let [least, most] = [255, 0]
  for (const value of grey) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  const isDark = paper - least > most - paper
  const strongest = isDark ? paper - least : most - paper
  if (strongest < FAINTEST) return undefined
  const ink = Uint8Array.from(grey, (value) => {
    const share = (isDark ? paper - value : value - paper) / strongest
    return share < GRAIN ? 0 : Math.round(255 * share)
  })
  return { width, height, ink }
}
