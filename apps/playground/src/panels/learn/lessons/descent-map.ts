/**
 * Draws the map of a surface with lines of equal height, and the paths of the methods on it.
 */
import { colour } from '../../../state/theme.js'
import type { MethodName } from '../compute/descent.js'

export const WIDTH = 300
export const HEIGHT = 180
/** Lines of equal height. */
const LINES = 16

export interface Path {
  readonly method: MethodName
  readonly places: readonly { readonly x: number; readonly y: number; readonly height: number }[]
}

export const COLOURS: Readonly<Record<MethodName, string>> = {
  plain: '--path-plain',
  momentum: '--path-momentum',
  nesterov: '--path-nesterov',
  rmsprop: '--path-rmsprop',
  adam: '--path-adam',
}

interface MapParts {
  readonly ground: ArrayLike<number>
  readonly paths: readonly Path[]
  /** How many steps are shown. */
  readonly step: number
  readonly start: { readonly x: number; readonly y: number }
}

function rgb(name: string): readonly [number, number, number] {
  const text = colour(name)
  const part = (start: number): number => Number.parseInt(text.slice(start, start + 2), 16)
  return [part(1), part(3), part(5)]
}

/** The surface is drawn once per surface and theme. */
let kept:
  | { readonly ground: ArrayLike<number>; readonly low: string; readonly picture: HTMLCanvasElement }
  | undefined

function relief(ground: ArrayLike<number>): HTMLCanvasElement {
  const low = colour('--map-low')
  if (kept?.ground === ground && kept.low === low) return kept.picture
  const picture = document.createElement('canvas')
  picture.width = WIDTH
  picture.height = HEIGHT
  const context = picture.getContext('2d')
  if (context === null) return picture
  const image = context.createImageData(WIDTH, HEIGHT)
  const values = Array.from(ground)
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const level = (position: number): number =>
    Math.sqrt(((values[position] ?? 0) - least) / (most - least || 1))
  const [from, to] = [rgb('--map-low'), rgb('--map-high')]
  for (let at = 0; at < values.length; at++) {
    const here = level(at)
    const band = (position: number): number => Math.floor(level(position) * LINES)
    const isLine = band(at) !== band(at + 1) || band(at) !== band(Math.min(values.length - 1, at + WIDTH))
    const shade = isLine ? 0.08 : 0
    for (let channel = 0; channel < 3; channel++) {
      const value = (from[channel] ?? 0) + here * ((to[channel] ?? 0) - (from[channel] ?? 0))
      image.data[4 * at + channel] = value * (1 - shade) + (isLine ? 255 * shade * 0.6 : 0)
    }
    image.data[4 * at + 3] = 255
  }
  context.putImageData(image, 0, 0)
  kept = { ground, low, picture }
  return picture
}

export function drawMap(canvas: HTMLCanvasElement, { ground, paths, step, start }: MapParts): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  const { width, height } = canvas
  const at = (x: number, y: number): readonly [number, number] => [
    (x / 5 + 0.5) * width,
    (0.5 - y / 3) * height,
  ]
  context.imageSmoothingEnabled = true
  context.drawImage(relief(ground), 0, 0, width, height)
  context.lineJoin = 'round'
  for (const { method, places } of paths) {
    const shown = places.slice(0, Math.floor(step) + 1)
    const tint = colour(COLOURS[method])
    for (const [thickness, style] of [
      [5, 'rgb(0 0 0 / 45%)'],
      [3, tint],
    ] as const) {
      context.beginPath()
      for (const { x, y } of shown) if (Number.isFinite(x + y)) context.lineTo(...at(x, y))
      context.lineWidth = thickness
      context.strokeStyle = style
      context.stroke()
    }
    const last = shown.at(-1)
    if (last === undefined || !Number.isFinite(last.x + last.y)) continue
    dot(context, at(last.x, last.y), 7, tint)
  }
  dot(context, at(start.x, start.y), 6, '#ffffff')
}

function dot(
  context: CanvasRenderingContext2D,
  [x, y]: readonly [number, number],
  size: number,
  fill: string,
): void {
  context.beginPath()
  context.arc(x, y, size, 0, 2 * Math.PI)
  context.fillStyle = fill
  context.fill()
  context.lineWidth = 2
  context.strokeStyle = 'rgb(0 0 0 / 70%)'
  context.stroke()
}
