/**
 * Ten bars, one for each digit.
 */
import { percent } from '../i18n/index.js'

interface ProbabilitiesProps {
  readonly label: string
  readonly values: readonly number[]
}

export function Probabilities({ label, values }: ProbabilitiesProps) {
  const best = values.indexOf(Math.max(...values))
  return (
    <ol class="probabilities" aria-label={label}>
      {Array.from({ length: 10 }, (_, digit) => {
        const value = values[digit] ?? 0
        return (
          <li key={digit} class={digit === best && value > 0 ? 'best' : ''}>
            <b>{digit}</b>
            <span class="bar">
              <span style={{ transform: `scaleX(${value})` }} />
            </span>
            <span class="figure">{value > 0 ? percent(value, value < 0.1 ? 1 : 0) : '–'}</span>
          </li>
        )
      })}
    </ol>
  )
}
