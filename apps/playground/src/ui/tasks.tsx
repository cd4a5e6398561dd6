/**
 * Bars for whatever the page waits for.
 */
import { tasks } from '../engine/state.js'
import { text } from '../i18n/index.js'

export function TaskBars() {
  return (
    <div class="tasks" aria-live="polite">
      {[...tasks.value].map(([task, fraction]) => (
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
