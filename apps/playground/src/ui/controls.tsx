/**
 * Controls with their labels: choices, sliders, numbers, files.
 */
import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'

interface SegmentsProps<Name extends string> {
  readonly label: string
  readonly names: readonly Name[]
  readonly labelOf: (name: Name) => string
  readonly chosen: Name
  readonly choose: (name: Name) => void
  readonly isQuiet?: boolean
}

/** One of a few, side by side. */
export function Segments<Name extends string>(props: SegmentsProps<Name>) {
  const { label, names, labelOf, chosen, choose, isQuiet = false } = props
  const group = useId()
  return (
    <fieldset class="segments">
      <legend class={isQuiet ? 'hidden' : ''}>{label}</legend>
      <div>
        {names.map((name) => (
          <label key={name}>
            <input
              type="radio"
              name={group}
              value={name}
              checked={name === chosen}
              onChange={() => choose(name)}
            />
            <span>{labelOf(name)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

interface SliderProps {
  readonly label: string
  readonly value: number
  readonly least: number
  readonly most: number
  readonly step?: number
  /** Equal ways of the slider multiply by equal factors. */
  readonly isLogarithmic?: boolean
  readonly format: (value: number) => string
  readonly change: (value: number) => void
}

/** Two digits that count, as people write learning rates. */
const tidy = (value: number): number => Number(value.toPrecision(2))

export function Slider(props: SliderProps) {
  const { label, value, least, most, step = 1, isLogarithmic = false, format, change } = props
  const id = useId()
  const scale = isLogarithmic ? Math.log10 : (x: number): number => x
  return (
    <div class="field slider">
      <label for={id}>{label}</label>
      <output for={id}>{format(value)}</output>
      <input
        id={id}
        type="range"
        min={scale(least)}
        max={scale(most)}
        step={isLogarithmic ? 0.05 : step}
        value={scale(value)}
        aria-valuetext={format(value)}
        onInput={({ currentTarget }) => {
          const position = Number(currentTarget.value)
          change(isLogarithmic ? tidy(10 ** position) : position)
        }}
      />
    </div>
  )
}

interface SelectProps<Name extends string> {
  readonly label: string
  readonly names: readonly Name[]
  readonly labelOf: (name: Name) => string
  readonly chosen: Name
  readonly choose: (name: Name) => void
}

export function Select<Name extends string>({ label, names, labelOf, chosen, choose }: SelectProps<Name>) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={chosen}
        onChange={({ currentTarget }) => {
          const name = names.find((each) => each === currentTarget.value)
          if (name !== undefined) choose(name)
        }}
      >
        {names.map((name) => (
          <option key={name} value={name}>
            {labelOf(name)}
          </option>
        ))}
      </select>
    </div>
  )
}

interface NumberProps {
  readonly label: string
  readonly value: number
  readonly least: number
  readonly most: number
  readonly change: (value: number) => void
}

export function NumberField({ label, value, least, most, change }: NumberProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={least}
        max={most}
        value={value}
        onChange={({ currentTarget }) => {
          const wanted = Math.round(Number(currentTarget.value))
          change(Math.min(most, Math.max(least, Number.isFinite(wanted) ? wanted : value)))
        }}
      />
    </div>
  )
}

interface DropProps {
  readonly hint: string
  readonly button: string
  readonly accept?: string
  readonly multiple?: boolean
  readonly take: (files: readonly File[]) => void
  readonly children?: ComponentChildren
  readonly testId?: string
}

/** A place for files: dropped, or chosen by a button. */
export function DropZone({ hint, button, accept, multiple = false, take, children, testId }: DropProps) {
  const [isOver, setOver] = useState(false)
  const id = useId()
  return (
    <section
      class={isOver ? 'drop over' : 'drop'}
      aria-label={hint}
      data-testid={testId}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        take([...(event.dataTransfer?.files ?? [])])
      }}
    >
      <p>
        {hint}{' '}
        <label for={id} class="choose">
          {button}
        </label>
        <input
          id={id}
          class="file"
          type="file"
          {...(accept !== undefined && { accept })}
          multiple={multiple}
          onChange={({ currentTarget }) => {
            take([...(currentTarget.files ?? [])])
            currentTarget.value = ''
          }}
        />
      </p>
      {children}
    </section>
  )
}
