/**
 * Lesson: batch size against noise.
 */
import { useSignal } from '@preact/signals'
import { text } from '../../../i18n/index.js'
import { Chart, type Curve } from '../../../ui/chart.js'
import { Slider } from '../../../ui/controls.js'
import { fitLine, makePoints } from '../compute/batches.js'
import { useAnswer } from '../use-answer.js'

const SIZES = [4, 32, 256] as const
const EPOCHS = 6
const COLOURS = ['--series-2', '--series-3', '--series-1'] as const

async function fitAll(rate: number) {
  const points = await makePoints()
  return Promise.all(
    SIZES.map(async (size, position) => ({
      size,
      colour: COLOURS[position] ?? '--series-1',
      path: await fitLine(points, size, EPOCHS, rate),
    })),
  )
}

type Fits = Awaited<ReturnType<typeof fitAll>>

/** From slope 0 to 2 across and offset −0.2 to 0.8 up. */
function Paths({ fits }: { readonly fits: Fits }) {
  const words = text.value.learn.batches
  const at = (slope: number, offset: number): string =>
    `${(slope / 2) * 300},${(1 - (offset + 0.2) / 1) * 220}`
  return (
    <svg class="paths" viewBox="0 0 300 220" role="img" aria-label={words.path}>
      {fits.map(({ size, colour, path }) => (
        <polyline
          key={size}
          points={path.map(({ slope, offset }) => at(slope, offset)).join(' ')}
          style={{ stroke: `var(${colour})` }}
        />
      ))}
      <circle cx={225} cy={66} r={5} />
    </svg>
  )
}

export function Batches() {
  const words = text.value.learn.batches
  const rate = useSignal(0.1)
  const fits = useAnswer(() => fitAll(rate.value), [rate.value])
  if (fits === undefined) return null
  const curves: Curve[] = fits.map(({ size, colour, path }) => ({
    label: String(size),
    colour,
    x: path.slice(1).map(({ seen }) => seen),
    y: path.slice(1).map(({ loss }) => loss),
    isFaint: size < 32,
  }))
  return (
    <>
      <Slider
        label={text.value.learn.descent.rate}
        value={rate.value}
        least={0.01}
        most={0.6}
        isLogarithmic
        format={String}
        change={(value) => {
          rate.value = value
        }}
      />
      <ul class="runs" aria-label={words.size}>
        {fits.map(({ size, colour, path }) => (
          <li key={size}>
            <span class="swatch" style={{ background: `var(${colour})` }} />
            <b>
              {words.size} {size === 256 ? words.whole : size}
            </b>
            <span class="figure">
              {path.at(-1)?.slope.toFixed(2)} x + {path.at(-1)?.offset.toFixed(2)}
            </span>
          </li>
        ))}
      </ul>
      <div class="charts">
        <figure>
          <figcaption>{words.path}</figcaption>
          <Paths fits={fits} />
        </figure>
        <figure>
          <figcaption>{words.losses}</figcaption>
          <Chart label={words.losses} curves={curves} xLabel="" />
        </figure>
      </div>
    </>
  )
}
