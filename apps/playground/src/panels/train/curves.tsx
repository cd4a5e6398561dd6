/**
 * Loss and accuracy of all runs, over steps or over seconds, which shows what a backend is worth.
 */
import { useComputed, useSignal } from '@preact/signals'
import type { Run } from '../../engine/runs.js'
import { changes, isBusy, runs, test } from '../../engine/state.js'
import { percent, text, whole } from '../../i18n/index.js'
import { Card } from '../../ui/card.js'
import { Chart, type Curve } from '../../ui/chart.js'
import { Segments } from '../../ui/controls.js'

const AXES = ['steps', 'seconds'] as const
type Axis = (typeof AXES)[number]

const COLOURS = 6

const colourOf = ({ facts }: Run): string => `--series-${((facts.id - 1) % COLOURS) + 1}`

function RunList({ shown }: { readonly shown: readonly Run[] }) {
  const { train } = text.value
  void changes.value
  return (
    <ul class="runs" aria-label={train.runs}>
      {shown.map((run) => (
        <li key={run.facts.id} data-testid="run">
          <span class="swatch" style={{ background: `var(${colourOf(run)})` }} />
          <b>{run.backend}</b>
          <span>{train.models[run.facts.settings.model]}</span>
          <span class="figure">{whole(run.samplesPerSecond)}/s</span>
          {run.test !== undefined && <span class="figure">{percent(run.test.accuracy)}</span>}
        </li>
      ))}
    </ul>
  )
}

export function Curves() {
  const { train } = text.value
  const axis = useSignal<Axis>('steps')
  const curves = useComputed(() => {
    void changes.value
    const make = (column: 'loss' | 'accuracy'): Curve[] =>
      runs.value.map((run) => ({
        label: String(run.facts.id),
        colour: colourOf(run),
        x: run[axis.value],
        y: run[column],
      }))
    return { loss: make('loss'), accuracy: make('accuracy') }
  })
  const hasRuns = runs.value.length > 0
  const xLabel = train[axis.value]
  return (
    <Card
      title={train.curves}
      testId="curves"
      aside={
        <Segments
          label={train.axis}
          names={AXES}
          labelOf={(name) => train[name]}
          chosen={axis.value}
          choose={(name) => {
            axis.value = name
          }}
          isQuiet
        />
      }
    >
      <div class="charts">
        <figure>
          <figcaption>{train.loss}</figcaption>
          <Chart label={`${train.loss}, ${xLabel}`} curves={curves.value.loss} xLabel={xLabel} />
        </figure>
        <figure>
          <figcaption>{train.accuracy}</figcaption>
          <Chart
            label={`${train.accuracy}, ${xLabel}`}
            curves={curves.value.accuracy}
            range={[0, 1]}
            isPercent
            xLabel={xLabel}
          />
        </figure>
      </div>
      {hasRuns ? <RunList shown={runs.value} /> : <p class="hint">{train.noRuns}</p>}
      {hasRuns && !isBusy.value && (
        <button
          type="button"
          class="button quiet"
          onClick={() => {
            runs.value = []
            test.value = undefined
          }}
        >
          {train.clear}
        </button>
      )}
    </Card>
  )
}
