/**
 * The Draw panel: what is written is read at once, stroke by stroke.
 */
import { useSignal } from '@preact/signals'
import { ask, command } from '../../engine/client.js'
import { isBusy, status, trained } from '../../engine/state.js'
import { percent, text } from '../../i18n/index.js'
import type { Insight } from '../../protocol.js'
import { runSettings } from '../../state/settings.js'
import { Card, Lead } from '../../ui/card.js'
import { Digit } from '../../ui/pictures.js'
import { Probabilities } from '../../ui/probabilities.js'
import { Layers } from '../train/cards.js'
import { DrawingArea, type Ink } from './drawing-area.js'
import { Dropped } from './dropped.js'

/** Without a network there is nothing to read with. */
function Untrained() {
  const { draw } = text.value
  return (
    <div class="empty invite" data-testid="untrained">
      <p>
        <b>{draw.untrained}</b>
        <br />
        {draw.untrainedHint}
      </p>
      <button
        type="button"
        class="button primary"
        disabled={isBusy.value}
        data-testid="train-now"
        onClick={() => command({ kind: 'train', settings: runSettings() })}
      >
        {draw.trainNow}
      </button>
    </div>
  )
}

function Answer({ insight }: { readonly insight: Insight | undefined }) {
  const { draw } = text.value
  const best = insight && Math.max(...insight.probabilities)
  const digit = best === undefined ? undefined : insight?.probabilities.indexOf(best)
  return (
    <div class="answer" aria-live="polite">
      <p class="hint">{draw.reads}</p>
      <p class="reading" data-testid="reading">
        {digit ?? '?'}
      </p>
      <p class="hint">{best === undefined ? draw.nothing : draw.sure(percent(best, 0))}</p>
    </div>
  )
}

/** Reads the newest drawing; what was drawn meanwhile is read next, and what lies between is passed over. */
function reader(show: (insight: Insight | undefined) => void) {
  let next: Ink | undefined
  let isReading = false
  let drawing = 0
  const run = async (): Promise<void> => {
    isReading = true
    while (next !== undefined) {
      const ink = next
      next = undefined
      const number = drawing
      try {
        const insight = await ask('read', ink)
        if (number === drawing) show(insight)
      } catch {
        // The network is being replaced: the next stroke is read with the new one.
      }
    }
    isReading = false
  }
  return {
    read(ink: Ink): void {
      next = ink
      if (!isReading) void run()
    },
    forget(): void {
      drawing += 1
      next = undefined
      show(undefined)
    },
  }
}

let insightShown: Insight | undefined

export default function DrawPanel() {
  const { draw } = text.value
  const insight = useSignal(insightShown)
  const state = useSignal(
    reader((value) => {
      insightShown = value
      insight.value = value
    }),
  )
  const isTrained = trained.value !== undefined
  return (
    <div class="draw">
      <Lead title={draw.heading}>{draw.lead}</Lead>
      {!isTrained && <Untrained />}
      <div class="desk">
        <DrawingArea
          changed={(ink) => {
            if (isTrained) state.value.read(ink)
          }}
          cleared={() => state.value.forget()}
          // What is there already is read anew when the network has changed.
          occasion={`${isTrained} ${trained.value?.steps}`}
        />
        <div class="card result">
          <Answer insight={insight.value} />
          <figure>
            {insight.value === undefined ? (
              <div class="digit blank" />
            ) : (
              <Digit pixels={insight.value.sample} label={draw.seen} />
            )}
            <figcaption>{draw.seen}</figcaption>
          </figure>
          <Probabilities label={draw.probabilities} values={insight.value?.probabilities ?? []} />
          {status.value === 'training' && <p class="hint">{draw.learning}</p>}
        </div>
      </div>
      {insight.value !== undefined && (
        <Card title={draw.layers} testId="draw-layers">
          <Layers insight={insight.value} />
        </Card>
      )}
      <Dropped isTrained={isTrained} />
    </div>
  )
}
