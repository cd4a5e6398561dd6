/**
 * Lesson: broadcasting, step by step.
 */
import { useSignal } from '@preact/signals'
import { text } from '../../../i18n/index.js'
import { Segments } from '../../../ui/controls.js'
import { addStretched } from '../compute/broadcasting.js'
import { Stepper } from '../stepper.js'
import { TensorGrid } from '../tensor-grid.js'
import { useAnswer } from '../use-answer.js'

const PAIRS = {
  '[3, 4] + [4]': [[3, 4], [4]],
  '[3, 1] + [1, 4]': [
    [3, 1],
    [1, 4],
  ],
  '[2, 3, 4] + [3, 1]': [
    [2, 3, 4],
    [3, 1],
  ],
  '[2, 3] + []': [[2, 3], []],
  '[3, 4] + [3]': [[3, 4], [3]],
} as const satisfies Record<string, readonly (readonly number[])[]>

type PairName = keyof typeof PAIRS
const NAMES = [
  '[3, 4] + [4]',
  '[3, 1] + [1, 4]',
  '[2, 3, 4] + [3, 1]',
  '[2, 3] + []',
  '[3, 4] + [3]',
] as const

/** A shape with ones in front. */
function padded(shape: readonly number[], ndim: number): number[] {
  return [...Array.from({ length: ndim - shape.length }, () => 1), ...shape]
}

interface Alignment {
  readonly a: readonly number[]
  readonly b: readonly number[]
  /** Axes looked at, counted from the right. */
  readonly looked: number
}

function Shapes({ a, b, looked }: Alignment) {
  const ndim = Math.max(a.length, b.length)
  const rows = [
    { name: 'a', own: a, shape: padded(a, ndim) },
    { name: 'b', own: b, shape: padded(b, ndim) },
  ]
  const classOf = (axis: number): string => {
    if (ndim - axis > looked) return ''
    const [x = 1, y = 1] = rows.map(({ shape }) => shape[axis])
    if (x === y) return 'fits'
    return x === 1 || y === 1 ? 'stretches' : 'clashes'
  }
  return (
    <div class="alignment">
      {rows.map(({ name, own, shape }) => (
        <p key={name}>
          <b>{name}.shape</b>
          {shape.map((length, axis) => (
            <span key={axis} class={`${classOf(axis)} ${axis < ndim - own.length ? 'added' : ''}`}>
              {length}
            </span>
          ))}
        </p>
      ))}
    </div>
  )
}

export function Broadcasting() {
  const words = text.value.learn.broadcasting
  const pair = useSignal<PairName>('[3, 1] + [1, 4]')
  const step = useSignal(0)
  const [a, b] = PAIRS[pair.value]
  const result = useAnswer(() => addStretched(a, b), [pair.value])
  const ndim = Math.max(a.length, b.length)
  const [wideA, wideB] = [padded(a, ndim), padded(b, ndim)]
  const clash = wideA.findLastIndex((x, axis) => x !== wideB[axis] && x !== 1 && wideB[axis] !== 1)
  const axes = clash === -1 ? ndim : ndim - clash
  const last = clash === -1 ? axes + 2 : axes
  const at = Math.min(step.value, last)
  const axis = ndim - at
  const isStretched = clash === -1 && at > axes
  const saying = (): string => {
    if (at === 0) return words.align
    const [x = 1, y = 1] = [wideA[axis], wideB[axis]]
    if (at <= axes) return axis === clash ? words.clash(axis, x, y) : words.fits(axis, x, y)
    return at === axes + 1 ? words.stretched : words.added
  }
  if (result === undefined) return null
  const { shape = [], stretchedA = [], stretchedB = [], sum = [] } = 'sum' in result ? result : {}
  return (
    <>
      <Segments
        label={words.pairs}
        names={NAMES}
        labelOf={(name) => name}
        chosen={pair.value}
        choose={(name) => {
          pair.value = name
          step.value = 0
        }}
        isQuiet
      />
      <Shapes a={a} b={b} looked={Math.min(at, axes)} />
      <p class="saying" aria-live="polite">
        {saying()}
      </p>
      {at === last && 'problem' in result && <pre class="problem">{result.problem}</pre>}
      <div class="scene equation">
        <TensorGrid
          label="a"
          shape={isStretched ? shape : a}
          values={isStretched ? stretchedA : result.a}
          classOf={(position) => (isStretched && !isOriginal(shape, wideA, position) ? 'copy' : 'first')}
        />
        <b aria-hidden="true">+</b>
        <TensorGrid
          label="b"
          shape={isStretched ? shape : b}
          values={isStretched ? stretchedB : result.b}
          classOf={(position) => (isStretched && !isOriginal(shape, wideB, position) ? 'copy' : 'second')}
        />
        {clash === -1 && at === last && (
          <>
            <b aria-hidden="true">=</b>
            <TensorGrid label="a + b" shape={shape} values={sum} classOf={() => 'sum'} />
          </>
        )}
      </div>
      <Stepper
        at={at}
        last={last}
        go={(next) => {
          step.value = next
        }}
      />
    </>
  )
}

/** Whether a number of the stretched tensor is one that was there before. */
function isOriginal(shape: readonly number[], own: readonly number[], position: number): boolean {
  let rest = position
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] ?? 1
    if (own[axis] === 1 && rest % length !== 0) return false
    rest = Math.floor(rest / length)
  }
  return true
}
