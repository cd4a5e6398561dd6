/**
 * How much memory the plan saves: all temporaries in one arena against each in its own place.
 */
import { text } from '../../i18n/index.js'
import type { ProgramReport } from '../../protocol.js'
import { Card } from '../../ui/card.js'

function Bar({
  name,
  value,
  most,
}: {
  readonly name: string
  readonly value: number
  readonly most: number
}) {
  return (
    <div class="amount">
      <span>{name}</span>
      <span class="figure">{(value / 1024).toFixed(0)} kB</span>
      <span class="bar">
        <span style={{ transform: `scaleX(${most === 0 ? 0 : value / most})` }} />
      </span>
    </div>
  )
}

export function Memory({ report }: { readonly report: ProgramReport }) {
  const { inspect } = text.value
  const { arenaBytes, temporaryBytes, recorded, kernels } = report
  const most = Math.max(arenaBytes, temporaryBytes)
  return (
    <Card title={inspect.saved}>
      <Bar name={inspect.apart} value={temporaryBytes} most={most} />
      <Bar name={inspect.arena} value={arenaBytes} most={most} />
      <div class="amount">
        <span>{inspect.recorded}</span>
        <span class="figure">{recorded}</span>
        <span class="bar">
          <span style={{ transform: 'scaleX(1)' }} />
        </span>
      </div>
      <div class="amount">
        <span>{inspect.kernels}</span>
        <span class="figure">{kernels.length}</span>
        <span class="bar">
          <span style={{ transform: `scaleX(${recorded === 0 ? 0 : kernels.length / recorded})` }} />
        </span>
      </div>
    </Card>
  )
}
