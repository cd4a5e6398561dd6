/**
 * The Inspect panel: the captured training step of the present network, kernel by kernel.
 */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ask } from '../../engine/client.js'
import { failure, status, tasks, trained } from '../../engine/state.js'
import { text } from '../../i18n/index.js'
import type { ProgramReport } from '../../protocol.js'
import { panel } from '../../state/settings.js'
import { Card, Lead } from '../../ui/card.js'
import { Kernels } from './kernels.js'
import { Memory } from './memory.js'

/** The last report, for when the panel is opened again. */
let known: { readonly report: ProgramReport; readonly of: string } | undefined

function bytes(count: number): string {
  if (count < 1024) return `${count} B`
  return count < 1024 ** 2 ? `${(count / 1024).toFixed(0)} kB` : `${(count / 1024 ** 2).toFixed(1)} MB`
}

function Figures({ report }: { readonly report: ProgramReport }) {
  const { inspect } = text.value
  const { kernels, recorded, arenaBytes, temporaryBytes, stepMicroseconds, isWhole } = report
  return (
    <dl class="figures">
      <div class="figure-tile">
        <dt>{inspect.kernels}</dt>
        <dd data-testid="kernels">{kernels.length}</dd>
        <dd class="note">{inspect.fused(kernels.length, recorded)}</dd>
      </div>
      <div class="figure-tile">
        <dt>{isWhole ? inspect.wholeTime : inspect.time}</dt>
        <dd data-testid="time">
          {stepMicroseconds === undefined ? '–' : `${(stepMicroseconds / 1000).toFixed(1)} ms`}
        </dd>
        <dd class="note">{inspect.perStep}</dd>
      </div>
      <div class="figure-tile">
        <dt>{inspect.arena}</dt>
        <dd>{bytes(arenaBytes)}</dd>
        <dd class="note">{inspect.arenaHint(bytes(temporaryBytes))}</dd>
      </div>
      <div class="figure-tile">
        <dt>{inspect.backend}</dt>
        <dd>{report.backend}</dd>
      </div>
    </dl>
  )
}

function Untrained() {
  const { inspect, train } = text.value
  return (
    <div class="empty invite" data-testid="untrained">
      <p>
        <b>{inspect.untrained}</b>
        <br />
        {inspect.untrainedHint}
      </p>
      <button
        type="button"
        class="button primary"
        onClick={() => {
          panel.value = 'train'
        }}
      >
        {train.start}
      </button>
    </div>
  )
}

export default function InspectPanel() {
  const { inspect, shell } = text.value
  const report = useSignal(known?.report)
  const facts = trained.value
  const of = facts === undefined ? '' : `${facts.model} ${facts.parameters}`
  const measure = async (): Promise<void> => {
    try {
      report.value = await ask('inspect', { measure: true })
      known = { report: report.value, of }
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error)
    }
  }
  useEffect(() => {
    if (of !== '' && known?.of !== of) void measure()
  }, [of])
  return (
    <div class="inspect">
      <Lead title={inspect.heading}>{inspect.lead}</Lead>
      {facts === undefined && <Untrained />}
      {facts !== undefined && report.value === undefined && <p class="loading">{shell.loading}</p>}
      {report.value !== undefined && (
        <>
          <Figures report={report.value} />
          <Card
            title={inspect.table}
            testId="program"
            aside={
              <button
                type="button"
                class="button quiet"
                disabled={tasks.value.has('profile') || status.value === 'preparing'}
                onClick={() => void measure()}
              >
                {inspect.measure}
              </button>
            }
          >
            <Kernels report={report.value} />
          </Card>
          <div class="pair">
            <Memory report={report.value} />
            <Card title={inspect.summary}>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach it */}
              <pre tabIndex={0}>{report.value.summary}</pre>
            </Card>
          </div>
          <details class="card">
            <summary>{inspect.text}</summary>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach it */}
            <pre tabIndex={0}>{report.value.text}</pre>
          </details>
        </>
      )}
    </div>
  )
}
