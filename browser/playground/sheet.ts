/**
 * A sheet of digits to drop on the page, and what the page reads from it.
 */
import type { Page } from 'playwright-core'

export interface Digits {
  readonly images: Uint8Array
  readonly labels: ArrayLike<number>
}

/** The first ten digits on a sheet, dark on light, as a PNG. */
export async function sheetOf(page: Page, images: Uint8Array): Promise<Buffer> {
  const address = await page.evaluate((pixels) => {
    const canvas = document.createElement('canvas')
    canvas.width = 5 * 40 + 20
    canvas.height = 2 * 40 + 20
    const context = canvas.getContext('2d')
    if (context === null) return ''
    context.fillStyle = '#fff'
    context.fillRect(0, 0, canvas.width, canvas.height)
    for (let digit = 0; digit < 10; digit++) {
      const picture = context.createImageData(28, 28)
      for (let i = 0; i < 784; i++) {
        const grey = 255 - (pixels[784 * digit + i] ?? 0)
        picture.data.set([grey, grey, grey, 255], 4 * i)
      }
      context.putImageData(picture, 16 + (digit % 5) * 40, 16 + Math.floor(digit / 5) * 40)
    }
    return canvas.toDataURL('image/png')
  }, Array.from(images))
  return Buffer.from(address.slice(address.indexOf(',') + 1), 'base64')
}

export async function readings(page: Page): Promise<number[]> {
  return (await page.getByTestId('result').allTextContents()).map(Number)
}

export const rightOf = (read: readonly number[], { labels }: Digits): number =>
  read.filter((digit, position) => digit === labels[position]).length
