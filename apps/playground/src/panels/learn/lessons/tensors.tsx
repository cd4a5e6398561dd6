/**
 * Lesson: tensors of 0 to 5 axes.
 */
import { useSignal } from '@preact/signals'
import { text } from '../../../i18n/index.js'
import { Slider } from '../../../ui/controls.js'
import { makeTensor } from '../compute/tensors.js'
import { Facts } from '../facts.js'
import { indexOf, TensorGrid } from '../tensor-grid.js'
import { useAnswer } from '../use-answer.js'

const MOST_AXES = 5
const MOST_LENGTH = 4
/** Of the last axis first, so that a tensor with one more axis is made of ones like the one before. */
const LENGTHS = [4, 3, 2, 2, 2]

export function Tensors() {
  const words = text.value.learn.tensors
  const ndim = useSignal(3)
  const lengths = useSignal<readonly number[]>(LENGTHS)
  const picked = useSignal<number | undefined>(undefined)
  const shape = lengths.value.slice(0, ndim.value).reverse()
  const x = useAnswer(() => makeTensor(shape), [shape.join()])
  if (x === undefined) return null
  const at = picked.value
  return (
    <>
      <Slider
        label={words.ndim}
        value={ndim.value}
        least={0}
        most={MOST_AXES}
        format={(value) => `${value} · ${words.names[value] ?? ''}`}
        change={(value) => {
          ndim.value = value
          picked.value = undefined
        }}
      />
      <p class="hint">{words.examples[x.ndim]}</p>
      {x.ndim > 0 && (
        <div class="lengths">
          {shape.map((length, axis) => (
            <Slider
              key={shape.length - axis}
              label={`shape[${axis}]`}
              value={length}
              least={1}
              most={axis < x.ndim - 2 ? 3 : MOST_LENGTH + 1}
              format={String}
              change={(value) => {
                const place = ndim.value - 1 - axis
                lengths.value = lengths.value.map((old, i) => (i === place ? value : old))
                picked.value = undefined
              }}
            />
          ))}
        </div>
      )}
      <div class="scene">
        <TensorGrid
          label={words.title}
          shape={x.shape}
          values={x.values}
          hueOf={(position) => position / Math.max(1, x.size - 1)}
          picked={at}
          pick={(position) => {
            picked.value = position
          }}
        />
      </div>
      <p class="hint" aria-live="polite">
        {at === undefined || at >= x.size ? words.element : words.at(indexOf(x.shape, at).join(', '), at)}
      </p>
      <Facts
        facts={{
          ndim: x.ndim,
          shape: `[${x.shape.join(', ')}]`,
          size: x.size,
          strides: `[${x.strides.join(', ')}]`,
          dtype: x.dtype,
        }}
      />
    </>
  )
}
