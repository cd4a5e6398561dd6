/**
 * Lesson: reshape and transpose. The numbers move to where the new view has them; memory stays as it is.
 */
import { useSignal } from '@preact/signals'
import { text } from '../../../i18n/index.js'
import { Select } from '../../../ui/controls.js'
import { type Change, view } from '../compute/movement.js'
import { Facts } from '../facts.js'
import { indexOf } from '../tensor-grid.js'
import { useAnswer } from '../use-answer.js'

const SHAPE = [2, 3, 4]
const SIZE = 24

const NAMES = [
  'x',
  'x.reshape([4, 6])',
  'x.reshape([6, 4])',
  'x.reshape([24])',
  'x.reshape([2, 2, 6])',
  'x.transpose([0, 2, 1])',
  'x.transpose([1, 0, 2])',
  'x.transpose([2, 1, 0])',
] as const

type Name = (typeof NAMES)[number]

function changeOf(name: Name): Change {
  const numbers = (name.match(/\d+/g) ?? []).map(Number)
  if (name === 'x') return { kind: 'none' }
  return name.includes('reshape') ? { kind: 'reshape', shape: numbers } : { kind: 'transpose', axes: numbers }
}

/** Cells across and down of a position: the last axis across, the one before down, the first in blocks side by side. */
function placeOf(shape: readonly number[], position: number): { readonly x: number; readonly y: number } {
  const index = indexOf(shape, position)
  const columns = shape.at(-1) ?? 1
  const block = index.length > 2 ? (index[0] ?? 0) : 0
  const row = index.length > 1 ? (index.at(-2) ?? 0) : 0
  const column = index.at(-1) ?? 0
  // A single long row is folded, or it would not fit.
  if (shape.length === 1) return { x: column % 12, y: Math.floor(column / 12) }
  return { x: column + block * (columns + 0.5), y: row }
}

export function Movement() {
  const words = text.value.learn.movement
  const name = useSignal<Name>('x')
  const result = useAnswer(() => view(SHAPE, changeOf(name.value)), [name.value])
  if (result === undefined) return null
  const placeOfValue = new Map(
    result.values.map((value, position) => [value, placeOf(result.shape, position)]),
  )
  const places = [...placeOfValue.values()]
  const width = Math.max(...places.map(({ x }) => x)) + 1
  const height = Math.max(...places.map(({ y }) => y)) + 1
  return (
    <>
      <Select
        label={`${words.reshape} / ${words.transpose}`}
        names={NAMES}
        labelOf={(each) => (each === 'x' ? `x · ${words.asIs}` : each)}
        chosen={name.value}
        choose={(next) => {
          name.value = next
        }}
      />
      <div class="scene">
        <div class="moving" style={{ '--across': width, '--down': height }}>
          {Array.from({ length: SIZE }, (_, value) => {
            const { x = 0, y = 0 } = placeOfValue.get(value) ?? {}
            return (
              <span key={value} class="cell" style={{ '--x': x, '--y': y, '--hue': value / (SIZE - 1) }}>
                {value}
              </span>
            )
          })}
        </div>
      </div>
      <h3>{words.memory}</h3>
      <div class="strip-cells" aria-hidden="true">
        {Array.from({ length: SIZE }, (_, value) => (
          <span key={value} class="cell" style={{ '--hue': value / (SIZE - 1) }}>
            {value}
          </span>
        ))}
      </div>
      <Facts facts={{ shape: `[${result.shape.join(', ')}]`, strides: `[${result.strides.join(', ')}]` }} />
      <p class="hint">{words.strides}</p>
    </>
  )
}
