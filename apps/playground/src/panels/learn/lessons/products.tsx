/**
 * Lesson: the dot product, rows meeting columns, also of higher ranks.
 */
import { useSignal } from '@preact/signals'
import { text } from '../../../i18n/index.js'
import { Segments } from '../../../ui/controls.js'
import { multiply } from '../compute/products.js'
import { indexOf, shown, stepsOf, TensorGrid } from '../tensor-grid.js'
import { useAnswer } from '../use-answer.js'

const NAMES = [
  '[4] · [4]',
  '[3, 4] · [4]',
  '[2, 3] · [3, 4]',
  '[2, 2, 3] · [3, 2]',
  '[2, 3] · [2, 3, 2]',
] as const
type CaseName = (typeof NAMES)[number]

const CASES: Readonly<Record<CaseName, readonly [readonly number[], readonly number[]]>> = {
  '[4] · [4]': [[4], [4]],
  '[3, 4] · [4]': [[3, 4], [4]],
  '[2, 3] · [3, 4]': [
    [2, 3],
    [3, 4],
  ],
  '[2, 2, 3] · [3, 2]': [
    [2, 2, 3],
    [3, 2],
  ],
  '[2, 3] · [2, 3, 2]': [
    [2, 3],
    [2, 3, 2],
  ],
}

/** The positions in a and b that meet in one number of the result. */
function meeting(a: readonly number[], b: readonly number[], index: readonly number[]) {
  const length = a.at(-1) ?? 1
  const rowAxes = a.length - 1
  const meets = Math.max(0, b.length - 2)
  const others = index.slice(rowAxes)
  const place = (shape: readonly number[], at: readonly number[]): number =>
    stepsOf(shape).reduce((sum, step, axis) => sum + step * (at[axis] ?? 0), 0)
  return Array.from({ length }, (_, k) => ({
    a: place(a, [...index.slice(0, rowAxes), k]),
    b: place(b, [...others.slice(0, meets), k, ...others.slice(meets)]),
  }))
}

export function Products() {
  const words = text.value.learn.products
  const chosen = useSignal<CaseName>('[2, 3] · [3, 4]')
  const picked = useSignal(0)
  const [a, b] = CASES[chosen.value]
  const result = useAnswer(() => multiply(a, b), [chosen.value])
  if (result === undefined) return null
  const position = Math.min(picked.value, result.product.length - 1)
  const pairs = meeting(a, b, indexOf(result.shape, position))
  const [rows, columns] = [new Set(pairs.map((pair) => pair.a)), new Set(pairs.map((pair) => pair.b))]
  return (
    <>
      <Segments
        label={words.cases}
        names={NAMES}
        labelOf={(name) => name}
        chosen={chosen.value}
        choose={(name) => {
          chosen.value = name
          picked.value = 0
        }}
        isQuiet
      />
      <p class="hint">{words.rule(a.at(-1) ?? 1)}</p>
      <div class="scene equation">
        <TensorGrid label="a" shape={a} values={result.a} classOf={(at) => (rows.has(at) ? 'first' : '')} />
        <b aria-hidden="true">·</b>
        <TensorGrid
          label="b"
          shape={b}
          values={result.b}
          classOf={(at) => (columns.has(at) ? 'second' : '')}
        />
        <b aria-hidden="true">=</b>
        <TensorGrid
          label="a · b"
          shape={result.shape}
          values={result.product}
          classOf={(at) => (at === position ? 'sum' : '')}
          picked={position}
          pick={(at) => {
            picked.value = at
          }}
        />
      </div>
      <p class="sum-line" aria-live="polite" data-testid="sum">
        {pairs.map((pair, k) => (
          <span key={k}>
            {k > 0 && ' + '}
            <b class="first">{shown(result.a[pair.a] ?? 0)}</b> ×{' '}
            <b class="second">{shown(result.b[pair.b] ?? 0)}</b>
          </span>
        ))}{' '}
        = <b class="sum">{shown(result.product[position] ?? 0)}</b>
      </p>
      <p class="hint">{words.pick}</p>
    </>
  )
}
