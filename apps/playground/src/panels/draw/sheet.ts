/**
 * The digits on a sheet, row by row: its tiles where it is made of 28 × 28 pixels, as MNIST's pictures are, else every
 * patch of ink.
 */
import type { Picture } from '../../protocol.js'
import type { Grey } from './grey.js'

const TILE = 28
/** Digits that are read of one sheet. */
const MOST = 100
/** Ink below this is no part of a patch. */
const FAINT = 50

interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

function cut({ width, ink }: Grey, { left, top, right, bottom }: Box): Picture {
  const [across, down] = [right - left + 1, bottom - top + 1]
  const part = new Uint8Array(across * down)
  for (let row = 0; row < down; row++) {
    const start = (top + row) * width + left
    part.set(ink.subarray(start, start + across), row * across)
  }
  return { width: across, height: down, ink: part, centred: across === TILE && down === TILE }
}

/** Whether no ink crosses the lines between tiles. */
function isTiled({ width, height, ink }: Grey): boolean {
  if (width % TILE !== 0 || height % TILE !== 0) return false
  let crossing = 0
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const onLine = row % TILE === 0 || column % TILE === 0
      if (onLine && (ink[row * width + column] ?? 0) > FAINT) crossing += 1
    }
  return crossing <= (width * height) / 2000
}

function tilesOf(grey: Grey): Picture[] {
  const pictures: Picture[] = []
  for (let top = 0; top < grey.height; top += TILE)
    for (let left = 0; left < grey.width; left += TILE) {
      const picture = cut(grey, { left, top, right: left + TILE - 1, bottom: top + TILE - 1 })
      if (picture.ink.some((value) => value > FAINT)) pictures.push(picture)
    }
  return pictures
}

/** Boxes around connected ink, by flooding. */
function patchesOf({ width, height, ink }: Grey): Box[] {
  const seen = new Uint8Array(width * height)
  const boxes: Box[] = []
  const waiting: number[] = []
  for (let start = 0; start < ink.length; start++) {
    if (seen[start] === 1 || (ink[start] ?? 0) <= FAINT) continue
    const box = { left: width, top: height, right: 0, bottom: 0 }
    seen[start] = 1
    waiting.push(start)
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const [row, column] = [Math.floor(at / width), at % width]
      box.left = Math.min(box.left, column)
      box.right = Math.max(box.right, column)
      box.top = Math.min(box.top, row)
      box.bottom = Math.max(box.bottom, row)
      for (let down = Math.max(0, row - 1); down <= Math.min(height - 1, row + 1); down++)
        for (let across = Math.max(0, column - 1); across <= Math.min(width - 1, column + 1); across++) {
          const next = down * width + across
          if (seen[next] === 1 || (ink[next] ?? 0) <= FAINT) continue
          seen[next] = 1
          waiting.push(next)
        }
    }
    boxes.push(box)
  }
  return boxes
}

const heightOf = ({ top, bottom }: Box): number => bottom - top + 1

/** Joins patches that stand above each other or overlap: the strokes of one digit don't always touch. */
function joined(boxes: readonly Box[], reach: number): Box[] {
  const result: Box[] = []
  for (const box of [...boxes].sort((a, b) => heightOf(b) - heightOf(a))) {
    const host = result.find((other) => {
      const across = Math.min(box.right, other.right) - Math.max(box.left, other.left)
      const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top)
      return across > -reach / 2 && down > -reach
    })
    if (host === undefined) result.push({ ...box })
    else {
      host.left = Math.min(host.left, box.left)
      host.right = Math.max(host.right, box.right)
      host.top = Math.min(host.top, box.top)
      host.bottom = Math.max(host.bottom, box.bottom)
    }
  }
  return result
}

/** From left to right, line by line. */
function inReadingOrder(boxes: readonly Box[], height: number): Box[] {
  const middle = ({ top, bottom }: Box): number => (top + bottom) / 2
  const lines: Box[][] = []
  for (const box of [...boxes].sort((a, b) => middle(a) - middle(b))) {
    const line = lines.at(-1)
    const first = line?.[0]
    if (line !== undefined && first !== undefined && middle(box) - middle(first) < height * 0.6)
      line.push(box)
    else lines.push([box])
  }
  return lines.flatMap((line) => line.sort((a, b) => a.left - b.left))
}

export function digitsOn(grey: Grey): Picture[] {
  if (isTiled(grey)) return tilesOf(grey).slice(0, MOST)
  const patches = patchesOf(grey)
  const tallest = Math.max(0, ...patches.map(heightOf))
  const boxes = joined(patches, tallest * 0.08).filter((box) => heightOf(box) > tallest * 0.3)
  return inReadingOrder(boxes, tallest)
    .slice(0, MOST)
    .map((box) => cut(grey, box))
    .map((picture) => ({ ...picture, centred: false }))
}
