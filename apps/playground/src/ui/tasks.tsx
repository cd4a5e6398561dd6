/**
 * Bars for whatever the page waits for.
 */
import { status, tasks } from '../engine/state.js'
import { text } from '../i18n/index.js'

export function TaskBars() {
  // Digits that are made while a training uses the first ones keep nobody waiting.
  const shown = [...tasks.value].filter(([task]) => task !== 'digits' || status.value === 'idle')
  return (
    <div class="tasks" aria-live="polite">
      {shown.map(([task, fraction]) => (
        <label key={task} class="task">
          <span>
            {text.value.tasks[task]}
            {fraction !== undefined && <b> {Math.round(fraction * 100)} %</b>}
          </span>
          <progress {...(fraction !== undefined && { value: fraction })} max={1} />
        </label>
      ))}
    </div>
  )
}
