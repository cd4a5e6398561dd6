/**
 * Where digits are written: with mouse, finger, pen, or with the keyboard.
 */
import { useEffect, useRef } from 'preact/hooks'
import { text } from '../../i18n/index.js'
import { colour, isDark } from '../../state/theme.js'

/** Pixels along one side. */
const SIDE = 280
const PEN = 22
/** Pixels that an arrow key moves the pen. */
const KEY_STEP = 14

export interface Ink {
  readonly width: number
  readonly height: number
  readonly ink: Uint8Array<ArrayBuffer>
}

interface Place {
  readonly x: number
  readonly y: number
}

type Stroke = Place[]

/** The drawing outlives the panel. */
const strokes: Stroke[] = []

function trace(context: CanvasRenderingContext2D, style: string): void {
  context.lineWidth = PEN
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.strokeStyle = style
  for (const [first, ...rest] of strokes) {
    if (first === undefined) continue
    context.beginPath()
    context.moveTo(first.x, first.y)
    context.lineTo(first.x, first.y + 0.01)
    for (const { x, y } of rest) context.lineTo(x, y)
    context.stroke()
  }
}

/** The drawing as ink from 0 to 255, whatever it looks like on the page. */
function inkOf(): Ink {
  const canvas = document.createElement('canvas')
  canvas.width = SIDE
  canvas.height = SIDE
  const context = canvas.getContext('2d', { willReadFrequently: true })
  const ink = new Uint8Array(SIDE * SIDE)
  if (context === null) return { width: SIDE, height: SIDE, ink }
  trace(context, '#fff')
  const { data } = context.getImageData(0, 0, SIDE, SIDE)
  for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i + 3] ?? 0
  return { width: SIDE, height: SIDE, ink }
}

interface DrawingProps {
  readonly changed: (ink: Ink) => void
  readonly cleared: () => void
  /** When this changes, the drawing is read again. */
  readonly occasion: string
}

interface Pen {
  place: Place
  isDown: boolean
  isShown: boolean
}

export function DrawingArea({ changed, cleared, occasion }: DrawingProps) {
  const { draw } = text.value
  const canvas = useRef<HTMLCanvasElement>(null)
  const pen = useRef<Pen>({ place: { x: SIDE / 2, y: 60 }, isDown: false, isShown: false })
  const frame = useRef(0)
  const dark = isDark.value

  const show = (): void => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    context.clearRect(0, 0, SIDE, SIDE)
    trace(context, colour('--picture-ink'))
    if (!pen.current.isShown) return
    const { x, y } = pen.current.place
    context.beginPath()
    context.arc(x, y, PEN / 2, 0, 2 * Math.PI)
    context.lineWidth = 2
    context.strokeStyle = colour('--accent')
    context.stroke()
  }
  /** Shows at once, and reads once per frame. */
  const update = (): void => {
    show()
    cancelAnimationFrame(frame.current)
    frame.current = requestAnimationFrame(() => {
      if (strokes.length > 0) changed(inkOf())
    })
  }
  const clear = (): void => {
    strokes.length = 0
    cancelAnimationFrame(frame.current)
    show()
    cleared()
  }

  useEffect(() => {
    void dark
    show()
  })
  useEffect(() => {
    if (strokes.length > 0) changed(inkOf())
  }, [occasion])

  const placeOf = ({ clientX, clientY }: PointerEvent): Place => {
    const box = canvas.current?.getBoundingClientRect()
    if (box === undefined) return { x: 0, y: 0 }
    return { x: ((clientX - box.left) * SIDE) / box.width, y: ((clientY - box.top) * SIDE) / box.height }
  }
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return
    canvas.current?.setPointerCapture(event.pointerId)
    pen.current.isShown = false
    strokes.push([placeOf(event)])
    update()
  }
  const onPointerMove = (event: PointerEvent): void => {
    if (canvas.current?.hasPointerCapture(event.pointerId) !== true) return
    const merged = event.getCoalescedEvents?.() ?? []
    strokes.at(-1)?.push(...(merged.length > 0 ? merged : [event]).map(placeOf))
    update()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const way = KEY_WAYS[event.key]
    if (way === undefined && event.key !== ' ' && event.key !== 'Delete') return
    event.preventDefault()
    const state = pen.current
    state.isShown = true
    if (event.key === 'Delete') {
      clear()
      return
    }
    if (way !== undefined) {
      const within = (value: number): number => Math.min(SIDE - PEN, Math.max(PEN, value))
      state.place = {
        x: within(state.place.x + way.x * KEY_STEP),
        y: within(state.place.y + way.y * KEY_STEP),
      }
      if (state.isDown) strokes.at(-1)?.push(state.place)
    } else {
      state.isDown = !state.isDown
      if (state.isDown) strokes.push([state.place])
    }
    update()
  }
  return (
    <div class="pad">
      <div
        class="paper"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: one writes here with the keyboard too
        tabIndex={0}
        aria-label={draw.canvas}
        data-testid="pad"
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onKeyDown={onKeyDown}
        onBlur={() => {
          pen.current.isShown = false
          pen.current.isDown = false
          show()
        }}
      >
        <canvas ref={canvas} width={SIDE} height={SIDE} />
      </div>
      <div class="row">
        <p class="hint">{draw.keyboard}</p>
        <button type="button" class="button" onClick={clear} data-testid="clear">
          {draw.clear}
        </button>
      </div>
    </div>
  )
}

const KEY_WAYS: Readonly<Record<string, Place>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}
