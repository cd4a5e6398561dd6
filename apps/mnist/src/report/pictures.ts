/**
 * Digits drawn in the terminal: two rows of pixels per line, with half blocks.
 */

const SHADES = ' ░▒▓█'

function shade(value: number): string {
  return SHADES[Math.min(SHADES.length - 1, Math.floor(value * SHADES.length))] ?? ' '
}

/** Lines of one picture with values from 0 to 1: pairs of rows averaged, since a character is twice as tall as wide. */
export function pictureLines(pixels: ArrayLike<number>, height: number, width: number): string[] {
  const lines: string[] = []
  for (let row = 0; row < height; row += 2) {
    let line = ''
    for (let column = 0; column < width; column++) {
      const upper = pixels[row * width + column] ?? 0
      const lower = pixels[(row + 1) * width + column] ?? 0
      line += shade((upper + lower) / 2)
    }
    lines.push(line)
  }
  return lines
}

export interface CaptionedPicture {
  readonly pixels: ArrayLike<number>
  readonly caption: string
}

/** Pictures side by side under their captions, as many per row as fit into `columns`. */
export function pictureSheet(pictures: readonly CaptionedPicture[], size = 28, columns = 100): string {
  const perRow = Math.max(1, Math.floor(columns / (size + 2)))
  const rows: string[] = []
  for (let start = 0; start < pictures.length; start += perRow) {
    const group = pictures.slice(start, start + perRow)
    rows.push(group.map(({ caption }) => caption.padEnd(size)).join('  '))
    const drawn = group.map(({ pixels }) => pictureLines(pixels, size, size))
    for (let line = 0; line < size / 2; line++)
      rows.push(
        drawn
          .map((lines) => lines[line] ?? '')
          .join('  ')
          .trimEnd(),
      )
  }
  return rows.join('\n')
}
