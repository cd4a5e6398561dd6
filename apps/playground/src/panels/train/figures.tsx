/**
 * The figures of the training, large: loss, accuracy, pace, progress.
 */
import { changes, currentRun, runs, status, test } from '../../engine/state.js'
import { percent, text, whole } from '../../i18n/index.js'

interface FigureProps {
  readonly name: string
  readonly value: string
  readonly note?: string | undefined
  readonly testId: string
}

function Figure({ name, value, note, testId }: FigureProps) {
  return (
    <div class="figure-tile">
      <dt>{name}</dt>
      <dd data-testid={testId}>{value}</dd>
      {note !== undefined && (
        <dd class="note" data-testid={`${testId}-note`}>
          {note}
        </dd>
      )}
    </div>
  )
}

export function Figures() {
  const { train } = text.value
  // Runs are changed in place: this says when.
  void changes.value
  const run = status.value === 'comparing' ? runs.value.at(-1) : currentRun.value
  const last = run?.last
  const accuracy = test.value?.accuracy
  const epochs = run?.facts.settings.epochs ?? 0
  return (
    <dl class="figures" aria-label={train.statuses[status.value]}>
      <Figure
        name={train.statAccuracy}
        value={accuracy === undefined ? '–' : percent(accuracy)}
        note={last === undefined ? train.statuses[status.value] : train.onTraining(percent(last.accuracy))}
        testId="accuracy"
      />
      <Figure
        name={train.statLoss}
        value={last === undefined ? '–' : last.loss.toFixed(last.loss < 0.1 ? 3 : 2)}
        note={run && train.statParameters(run.facts.parameters)}
        testId="loss"
      />
      <Figure
        name={train.statPace}
        value={run === undefined || last === undefined ? '–' : whole(run.samplesPerSecond)}
        note={run?.backend}
        testId="pace"
      />
      <Figure
        name={train.statProgress}
        value={last === undefined ? '–' : last.epoch.toFixed(1)}
        note={last && run && !run.facts.compared ? train.statOf(last.epoch.toFixed(1), epochs) : undefined}
        testId="epoch"
      />
    </dl>
  )
}
