/**
 * The kernels of the program as a table, with the time that each takes as a bar.
 */
import { text } from '../../i18n/index.js'
import type { KernelFacts, ProgramReport } from '../../protocol.js'

/** Kinds by colour, so that the program's rhythm is seen at a glance. */
const COLOURS: Readonly<Record<string, string>> = {
  contract: '--series-1',
  map: '--series-3',
  reduce: '--series-2',
  pool: '--series-4',
  composite: '--series-5',
}

const colourOf = (kind: string): string => `var(${COLOURS[kind] ?? '--series-6'})`

function Row({ kernel, most }: { readonly kernel: KernelFacts; readonly most: number }) {
  const { number, kind, shape, computes, label, microseconds, gigaflops } = kernel
  const share = microseconds === undefined || most === 0 ? undefined : microseconds / most
  return (
    <tr>
      <td class="figure">{number}</td>
      <td>
        <span class="kind" style={{ '--kind': colourOf(kind) }}>
          {kind}
        </span>
      </td>
      <td class="figure shape">{shape}</td>
      <td class="computes">
        <code>{computes}</code>
        <small>{label}</small>
      </td>
      <td class="figure number">{microseconds === undefined ? '–' : microseconds.toFixed(0)}</td>
      <td class="share">
        {share !== undefined && (
          <span class="bar">
            <span style={{ transform: `scaleX(${share})`, background: colourOf(kind) }} />
          </span>
        )}
      </td>
      <td class="figure number">
        {gigaflops === undefined || gigaflops < 0.05 ? '–' : gigaflops.toFixed(1)}
      </td>
    </tr>
  )
}

export function Kernels({ report }: { readonly report: ProgramReport }) {
  const { inspect } = text.value
  const { kernels, eliminated } = report
  const total = kernels.reduce((sum, { microseconds = 0 }) => sum + microseconds, 0)
  const most = Math.max(0, ...kernels.map(({ microseconds = 0 }) => microseconds))
  return (
    <>
      {total > 0 && (
        <div class="strip" aria-hidden="true">
          {kernels.map(({ number, kind, microseconds = 0 }) => (
            <span key={number} style={{ flexGrow: microseconds / total, background: colourOf(kind) }} />
          ))}
        </div>
      )}
      {eliminated !== '' && (
        <p class="hint">
          {inspect.eliminated}: {eliminated}
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach it */}
      <section class="scroll" tabIndex={0} aria-label={inspect.table}>
        <table class="kernels">
          <thead>
            <tr>
              <th scope="col">{inspect.number}</th>
              <th scope="col">{inspect.kind}</th>
              <th scope="col">{inspect.shape}</th>
              <th scope="col">{inspect.computes}</th>
              <th scope="col" class="number">
                {inspect.microseconds}
              </th>
              <th scope="col">{inspect.share}</th>
              <th scope="col" class="number">
                {inspect.rate}
              </th>
            </tr>
          </thead>
          <tbody>
            {kernels.map((kernel) => (
              <Row key={kernel.number} kernel={kernel} most={most} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}
