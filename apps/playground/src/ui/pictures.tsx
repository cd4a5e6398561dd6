/**
 * Grey pictures on a canvas, one or many in a grid: ink on paper, or signed values in two colours.
 */
import { useEffect, useRef } from 'preact/hooks'
import type { Sheet } from '../protocol.js'
import { colour, isDark } from '../state/theme.js'

type Tint = 'ink' | 'signed' | 'glow'

type Rgb = readonly [number, number, number]

const BLACK: Rgb = [0, 0, 0]

/** A colour of the theme, `#rrggbb`. */
function rgbOf(name: string): Rgb {
  const text = colour(name)
  const part = (start: number): number => Number.parseInt(text.slice(start, start + 2), 16)
  return text.startsWith('#') ? [part(1), part(3), part(5)] : BLACK
}

interface Palette {
  readonly ground: Rgb
  readonly positive: Rgb
  readonly negative: Rgb
}

function paletteOf(tint: Tint): Palette {
  const ground = rgbOf('--picture-paper')
  if (tint === 'ink') return { ground, positive: rgbOf('--picture-ink'), negative: ground }
  if (tint === 'glow') return { ground, positive: rgbOf('--picture-glow'), negative: ground }
  return { ground, positive: rgbOf('--picture-warm'), negative: rgbOf('--picture-cold') }
}

/** The largest magnitude in a part of the values, so that every picture uses the whole range. */
function rangeOf(data: ArrayLike<number>, start: number, end: number): number {
  let largest = 0
  for (let i = start; i < end; i++) largest = Math.max(largest, Math.abs(data[i] ?? 0))
  return largest === 0 ? 1 : largest
}

interface PicturesProps {
  readonly sheet: Sheet
  readonly tint?: Tint
  /** Pictures in a row. */
  readonly columns?: number
  /** What full ink is; else each picture's own largest value. */
  readonly full?: number
  readonly label: string
  readonly class?: string
}

/** Pixels between two pictures, in those of the pictures. */
const GAP = 1

function paint(canvas: HTMLCanvasElement, props: PicturesProps): void {
  const { sheet, tint = 'ink', columns = sheet.count, full } = props
  const { count, height, width, data } = sheet
  const rows = Math.ceil(count / columns)
  const [across, down] = [columns * (width + GAP) - GAP, rows * (height + GAP) - GAP]
  if (across < 1 || down < 1) return
  if (canvas.width !== across) canvas.width = across
  if (canvas.height !== down) canvas.height = down
  const context = canvas.getContext('2d')
  if (context === null) return
  const image = context.createImageData(across, down)
  const { ground, positive, negative } = paletteOf(tint)
  for (let picture = 0; picture < count; picture++) {
    const start = picture * height * width
    const range = full ?? rangeOf(data, start, start + height * width)
    const [left, top] = [(picture % columns) * (width + GAP), Math.floor(picture / columns) * (height + GAP)]
    for (let pixel = 0; pixel < height * width; pixel++) {
      const value = (data[start + pixel] ?? 0) / range
      const share = Math.min(1, Math.abs(value))
      const target = value < 0 ? negative : positive
      const at = 4 * ((top + Math.floor(pixel / width)) * across + left + (pixel % width))
      for (let channel = 0; channel < 3; channel++) {
        const [from = 0, to = 0] = [ground[channel], target[channel]]
        image.data[at + channel] = from + share * (to - from)
      }
      image.data[at + 3] = 255
    }
  }
  context.putImageData(image, 0, 0)
}

export function Pictures(props: PicturesProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const dark = isDark.value
  useEffect(() => {
    void dark
    if (canvas.current !== null) paint(canvas.current, props)
  })
  return <canvas ref={canvas} class={`pixels ${props.class ?? ''}`} role="img" aria-label={props.label} />
}

/** One picture of 28 × 28 bytes. */
export function Digit({ pixels, label }: { readonly pixels: Uint8Array; readonly label: string }) {
  const sheet: Sheet = { count: 1, height: 28, width: 28, data: Float32Array.from(pixels) }
  return <Pictures sheet={sheet} full={255} label={label} class="digit" />
}
