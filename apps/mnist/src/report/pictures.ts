/**
 * Digits drawn in the terminal: two rows of pixels per line, in shades.
 */
import { PICTURE_SHAPE } from '../models.js'

const [HEIGHT, WIDTH] = PICTURE_SHAPE
const SHADES = ' ░▒▓█'
const GAP = '  '

function shade(value: number): string {
  return SHADES[Math.min(SHADES.length - 1, Math.floor(value * SHADES.length))] ?? ' '
}

/** One picture with values from 0 to 1: pairs of rows averaged, since a character is twice as tall as wide. */
function draw(pixels: ArrayLike<number>): string[] {
  return Array.from({ length: HEIGHT / 2 }, (_, line) => {
    const at = (row: number, column: number): number => pixels[row * WIDTH + column] ?? 0
    return Array.from({ length: WIDTH }, (_, column) =>
      shade((at(2 * line, column) + at(2 * line + 1, column)) / 2),
    ).join('')
  })
}

/** Takes off what is blank in all drawings, above, below, and on both sides. */
function trimTogether(drawings: readonly (readonly string[])[]): string[][] {
  const lines = drawings.flat()
  const starts = lines.map((line) => line.search(/\S/)).filter((start) => start >= 0)
  const left = Math.min(...starts, WIDTH)
  const right = Math.max(...lines.map((line) => line.trimEnd().length), left)
  const isInked = Array.from({ length: HEIGHT / 2 }, (_, line) =>
    drawings.some((drawing) => drawing[line]?.trim() !== ''),
  )
  const top = Math.max(0, isInked.indexOf(true))
  const bottom = isInked.lastIndexOf(true) + 1
  return drawings.map((drawing) => drawing.slice(top, bottom).map((line) => line.slice(left, right)))
}

export interface CaptionedPicture {
  readonly pixels: ArrayLike<number>
  readonly caption: string
}

/** Pictures side by side under their captions, as many per row as fit into `columns`. */
export function pictureSheet(pictures: readonly CaptionedPicture[], columns = 80): string {
  const drawings = trimTogether(pictures.map(({ pixels }) => draw(pixels)))
  const width = Math.max(
    ...drawings.map(([line = '']) => line.length),
    ...pictures.map(({ caption }) => caption.length),
  )
  const perRow = Math.max(1, Math.floor((columns + GAP.length) / (width + GAP.length)))
  const row = (cells: readonly string[]): string =>
    cells
      .map((cell) => cell.padEnd(width))
      .join(GAP)
      .trimEnd()
  const rows: string[] = []
  for (let start = 0; start < pictures.length; start += perRow) {
    const group = drawings.slice(start, start + perRow)
    if (start > 0) rows.push('')
    rows.push(row(pictures.slice(start, start + perRow).map(({ caption }) => caption)))
    const [first = []] = group
    first.forEach((_, line) => {
      rows.push(row(group.map((drawing) => drawing[line] ?? '')))
    })
  }
  return rows.join('\n')
}
