/**
 * The contrast of the texts on a page, as WCAG 2 defines it; runs in the page.
 */

/** Texts whose contrast is below what AA asks for, with their ratio. */
export function faintTexts(): string[] {
  type Rgb = readonly [number, number, number]
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  if (canvas === null) return ['no canvas']
  /** Any CSS colour over an opaque one. */
  const over = (colour: string, ground: Rgb): Rgb => {
    canvas.fillStyle = `rgb(${ground.join(' ')})`
    canvas.fillRect(0, 0, 1, 1)
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data
    return [red, green, blue]
  }
  const luminance = (colour: Rgb): number => {
    const [red = 0, green = 0, blue = 0] = colour.map((value) => {
      const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const groundOf = (element: Element | null): Rgb => {
    if (element === null) return [255, 255, 255]
    return over(getComputedStyle(element).backgroundColor, groundOf(element.parentElement))
  }
  const faint: string[] = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const { parentElement: element, textContent } = node
    const text = textContent?.trim() ?? ''
    if (
      element === null ||
      text === '' ||
      element.closest('.hidden, .skip, :disabled, svg, noscript') !== null
    )
      continue
    const { color, fontSize, fontWeight, visibility } = getComputedStyle(element)
    if (visibility !== 'visible' || element.getClientRects().length === 0) continue
    const ground = groundOf(element)
    const [one, other] = [luminance(over(color, ground)), luminance(ground)]
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
    const size = Number.parseFloat(fontSize)
    const isLarge = size >= 24 || (size >= 18.7 && Number(fontWeight) >= 700)
    if (ratio < (isLarge ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} "${text.slice(0, 40)}"`)
  }
  return faint
}
