/**
 * The Train panel: settings beside what happens.
 */
import { insight, pictures, runs, status, test } from '../../engine/state.js'
import { percent, text } from '../../i18n/index.js'
import { Lead } from '../../ui/card.js'
import { Activations, Confusion, Filters, Mistakes, Samples } from './cards.js'
import { Controls } from './controls.js'
import { Curves } from './curves.js'
import { Figures } from './figures.js'

/** Said aloud when a training ends. */
function Announcement() {
  const { train } = text.value
  const result = test.value
  const isOver = status.value === 'idle' && runs.value.length > 0
  return (
    <p class="hidden" role="status">
      {isOver && result !== undefined ? train.announceDone(percent(result.accuracy)) : ''}
    </p>
  )
}

export default function TrainPanel() {
  const { train } = text.value
  const hasRun = runs.value.length > 0
  return (
    <div class={hasRun ? 'train running' : 'train'}>
      <Lead title={train.heading}>{train.lead}</Lead>
      <Announcement />
      <div class="columns">
        <Controls />
        <div class="stage">
          {!hasRun && <Samples facts={pictures.value} />}
          <Figures />
          <Curves />
          {insight.value !== undefined && hasRun && (
            <>
              <Activations insight={insight.value} />
              <div class="pair">
                <Filters insight={insight.value} />
                {test.value !== undefined && <Confusion result={test.value} />}
              </div>
              {test.value !== undefined && <Mistakes result={test.value} />}
            </>
          )}
        </div>
      </div>
    </div>
  )
}
