/**
 * Forward and back through the steps of a picture.
 */
import { text } from '../../i18n/index.js'

interface StepperProps {
  readonly at: number
  readonly last: number
  readonly go: (step: number) => void
}

export function Stepper({ at, last, go }: StepperProps) {
  const { learn } = text.value
  return (
    <div class="stepper">
      <button type="button" class="button" disabled={at === 0} onClick={() => go(at - 1)}>
        {learn.back}
      </button>
      <span class="figure">{learn.step(at + 1, last + 1)}</span>
      <button
        type="button"
        class="button primary"
        data-testid="next"
        onClick={() => go(at === last ? 0 : at + 1)}
      >
        {at === last ? learn.reset : learn.next}
      </button>
    </div>
  )
}
