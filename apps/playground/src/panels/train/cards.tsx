/**
 * What the network does, as pictures: confusion, mistakes, filters, activations.
 */
import { percent, text } from '../../i18n/index.js'
import type { DataFacts, Insight, TestResult } from '../../protocol.js'
import { Card } from '../../ui/card.js'
import { Digit, Pictures } from '../../ui/pictures.js'
import { Probabilities } from '../../ui/probabilities.js'

/** Some of the pictures, before there is anything else to see. */
export function Samples({ facts }: { readonly facts: DataFacts | undefined }) {
  const { train } = text.value
  return (
    <Card title={train.samples}>
      {facts === undefined ? (
        <div class="samples blank" />
      ) : (
        <div data-testid="samples">
          <Pictures sheet={facts.samples} columns={15} full={1} label={train.samples} class="samples" />
        </div>
      )}
    </Card>
  )
}

export function Confusion({ result }: { readonly result: TestResult }) {
  const { train } = text.value
  return (
    <Card title={train.confusion} hint={train.confusionHint} testId="confusion">
      <table class="confusion">
        <thead>
          <tr>
            <td />
            {result.confusion.map((_, digit) => (
              <th key={digit} scope="col">
                {digit}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {result.confusion.map((counts, truth) => {
            const total = counts.reduce((sum, value) => sum + value, 0)
            return (
              <tr key={truth}>
                <th scope="row">{truth}</th>
                {counts.map((times, reading) => (
                  <td
                    key={reading}
                    class={truth === reading ? 'right' : times > 0 ? 'wrong' : ''}
                    style={{ '--share': total === 0 ? 0 : Math.sqrt(times / total) }}
                    title={train.confusionCell(truth, reading, times)}
                  >
                    {times > 0 ? times : ''}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </Card>
  )
}

export function Mistakes({ result }: { readonly result: TestResult }) {
  const { train } = text.value
  return (
    <Card title={train.mistakes} hint={train.mistakesHint} testId="mistakes">
      {result.mistakes.length === 0 ? (
        <p class="empty">{train.noMistakes}</p>
      ) : (
        <ul class="mistakes">
          {result.mistakes.map(({ pixels, truth, reading, confidence }, position) => {
            const label = train.mistake(truth, reading, percent(confidence, 0))
            return (
              <li key={position} title={label}>
                <Digit pixels={pixels} label={label} />
                <span aria-hidden="true">
                  <b>{truth}</b> → <em>{reading}</em>
                </span>
              </li>
            )
          })}
        </ul>
      )}
    </Card>
  )
}

export function Filters({ insight }: { readonly insight: Insight }) {
  const { train } = text.value
  const { filters } = insight
  return (
    <Card title={train.filters} hint={train.filtersHint} testId="filters">
      <Pictures
        sheet={filters}
        tint="signed"
        columns={filters.count <= 12 ? 4 : 6}
        label={train.filters}
        class="filters"
      />
    </Card>
  )
}

/** Layers from pixels to scores, and the probabilities at the end. */
export function Layers({ insight }: { readonly insight: Insight }) {
  const { train, draw } = text.value
  return (
    <div class="layers">
      <figure>
        <Digit pixels={insight.sample} label={train.sample} />
        <figcaption>28 × 28</figcaption>
      </figure>
      {insight.activations.slice(0, -1).map((activation) => (
        <figure key={activation.layer}>
          <Pictures
            sheet={folded(activation)}
            tint="glow"
            columns={activation.count > 1 ? (activation.count > 16 ? 8 : 4) : 1}
            label={`${activation.layer}, ${activation.shape.join(' × ')}`}
            class="activation"
          />
          <figcaption>
            {activation.layer}
            <br />
            {activation.shape.join(' × ')}
          </figcaption>
        </figure>
      ))}
      <Probabilities label={draw.probabilities} values={insight.probabilities} />
    </div>
  )
}

/** Long rows as blocks, which are easier to look at. */
function folded(activation: Insight['activations'][number]) {
  const { count, height, width, data } = activation
  if (count > 1 || height > 1) return activation
  const side = [8, 4, 2].find((each) => width % each === 0 && width / each >= each) ?? 1
  return { ...activation, height: width / side, width: side, data }
}

export function Activations({ insight }: { readonly insight: Insight }) {
  const { train } = text.value
  return (
    <Card title={train.activations} hint={train.activationsHint} testId="activations">
      <Layers insight={insight} />
    </Card>
  )
}
