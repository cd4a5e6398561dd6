/**
 * Lesson: gradient descent. Five methods race down the same surface.
 */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { text } from '../../../i18n/index.js'
import { isDark, prefersCalm } from '../../../state/theme.js'
import { Segments, Slider } from '../../../ui/controls.js'
import { descend, heights, METHODS, type MethodName, type SurfaceName } from '../compute/descent.js'
import { useAnswer } from '../use-answer.js'
import { COLOURS, drawMap, HEIGHT, type Path, WIDTH } from './descent-map.js'

const SURFACE_NAMES = ['bowl', 'hills', 'saddle'] as const
const METHOD_NAMES = Object.keys(METHODS) as MethodName[]
const STEPS = 120
/** Steps shown per second. */
const PACE = 40

interface Situation {
  readonly surface: SurfaceName
  readonly start: { readonly x: number; readonly y: number }
  readonly rate: number
}

const PRESETS = {
  fine: { surface: 'bowl', start: { x: -2.2, y: 1.1 }, rate: 0.08 },
  tooSmall: { surface: 'bowl', start: { x: -2.2, y: 1.1 }, rate: 0.002 },
  tooLarge: { surface: 'bowl', start: { x: -2.2, y: 1.1 }, rate: 0.75 },
  local: { surface: 'hills', start: { x: -1.9, y: 0.9 }, rate: 0.03 },
} as const satisfies Record<string, Situation>

const PRESET_NAMES = ['fine', 'tooSmall', 'tooLarge', 'local'] as const

async function race({ surface, start, rate }: Situation): Promise<readonly Path[]> {
  return Promise.all(
    METHOD_NAMES.map(async (method) => ({
      method,
      places: await descend(surface, method, start, rate, STEPS),
    })),
  )
}

/** The step that is shown, which runs on by itself from 0 on whenever one of the occasions changes. */
function useRunning(occasions: readonly unknown[], show: (step: number) => void): void {
  useEffect(() => {
    if (prefersCalm()) {
      show(STEPS)
      return
    }
    const start = performance.now()
    let frame = 0
    const run = (now: number): void => {
      const step = Math.min(STEPS, ((now - start) / 1000) * PACE)
      show(step)
      if (step < STEPS) frame = requestAnimationFrame(run)
    }
    frame = requestAnimationFrame(run)
    return () => cancelAnimationFrame(frame)
  }, occasions)
}

interface MapProps {
  readonly situation: Situation
  readonly move: (start: Situation['start']) => void
}

function SurfaceMap({ situation, move }: MapProps) {
  const words = text.value.learn.descent
  const canvas = useRef<HTMLCanvasElement>(null)
  const { surface, start } = situation
  const ground = useAnswer(() => heights(surface, WIDTH, HEIGHT), [surface])
  const paths = useAnswer(() => race(situation), [situation])
  const dark = isDark.value
  useRunning([paths, ground, dark], (step) => {
    if (canvas.current !== null && ground !== undefined)
      drawMap(canvas.current, { ground, paths: paths ?? [], step, start })
  })
  const within = (value: number, most: number): number => Math.min(most, Math.max(-most, value))
  const nudge = (x: number, y: number): void =>
    move({ x: within(start.x + x, 2.4), y: within(start.y + y, 1.4) })
  return (
    <>
      <button
        type="button"
        class="map"
        aria-label={words.map}
        data-testid="map"
        onClick={({ clientX, clientY, currentTarget, detail }) => {
          if (detail === 0) return
          const box = currentTarget.getBoundingClientRect()
          move({
            x: ((clientX - box.left) / box.width - 0.5) * 5,
            y: (0.5 - (clientY - box.top) / box.height) * 3,
          })
        }}
        onKeyDown={(event) => {
          const way = { ArrowLeft: [-0.2, 0], ArrowRight: [0.2, 0], ArrowUp: [0, 0.2], ArrowDown: [0, -0.2] }
          const found = Object.entries(way).find(([key]) => key === event.key)
          if (found === undefined) return
          event.preventDefault()
          const [x = 0, y = 0] = found[1]
          nudge(x, y)
        }}
      >
        <canvas ref={canvas} width={WIDTH * 2} height={HEIGHT * 2} />
      </button>
      <Outcome paths={paths ?? []} />
    </>
  )
}

function Outcome({ paths }: { readonly paths: readonly Path[] }) {
  const words = text.value.learn.descent
  return (
    <ul class="runs" aria-label={words.height}>
      {paths.map(({ method, places }) => {
        const height = places.at(-1)?.height ?? Number.NaN
        const isAway = !Number.isFinite(height) || Math.abs(height) > 50
        return (
          <li key={method}>
            <span class="swatch" style={{ background: `var(${COLOURS[method]})` }} />
            <b>{words.methods[method]}</b>
            <span class="figure">{isAway ? words.away : height.toFixed(3)}</span>
          </li>
        )
      })}
    </ul>
  )
}

export function Descent() {
  const { learn } = text.value
  const words = learn.descent
  const situation = useSignal<Situation>(PRESETS.fine)
  const change = (part: Partial<Situation>): void => {
    situation.value = { ...situation.value, ...part }
  }
  return (
    <>
      <div class="buttons">
        {PRESET_NAMES.map((name) => (
          <button
            key={name}
            type="button"
            class="button"
            aria-pressed={situation.value === PRESETS[name]}
            onClick={() => {
              situation.value = PRESETS[name]
            }}
          >
            {words[name]}
          </button>
        ))}
        <button type="button" class="button primary" data-testid="race" onClick={() => change({})}>
          {learn.play}
        </button>
      </div>
      <SurfaceMap situation={situation.value} move={(start) => change({ start })} />
      <div class="lengths wide">
        <Segments
          label={words.surface}
          names={SURFACE_NAMES}
          labelOf={(name) => words.surfaces[name]}
          chosen={situation.value.surface}
          choose={(surface) => change({ surface })}
        />
        <Slider
          label={words.rate}
          value={situation.value.rate}
          least={0.001}
          most={1}
          isLogarithmic
          format={String}
          change={(rate) => change({ rate })}
        />
      </div>
    </>
  )
}
