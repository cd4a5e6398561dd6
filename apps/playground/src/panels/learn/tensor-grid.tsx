/**
 * A tensor as nested grids of numbers: the last axis goes across, the one before down, the next across again, and so on.
 */
import { useId } from 'preact/hooks'

interface GridProps {
  readonly label: string
  readonly shape: readonly number[]
  readonly values: readonly number[]
  /** Class of a cell, by its position. */
  readonly classOf?: (position: number) => string
  /** A number that decides a cell's hue. */
  readonly hueOf?: (position: number) => number
  readonly picked?: number | undefined
  readonly pick?: ((position: number) => void) | undefined
}

/** Numbers as people write them. */
export function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2)
}

/** Steps in memory along each axis of a tensor that lies row by row. */
export function stepsOf(shape: readonly number[]): number[] {
  const steps = shape.map(() => 1)
  for (let axis = shape.length - 2; axis >= 0; axis--)
    steps[axis] = (steps[axis + 1] ?? 1) * (shape[axis + 1] ?? 1)
  return steps
}

/** The index along each axis. */
export function indexOf(shape: readonly number[], position: number): number[] {
  return stepsOf(shape).map((step, axis) => Math.floor(position / step) % (shape[axis] ?? 1))
}

/** Where an arrow key leads. */
function moved(key: string, shape: readonly number[], position: number): number | undefined {
  const size = shape.reduce((product, length) => product * length, 1)
  const row = shape.at(-1) ?? 1
  const ways: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -row,
    ArrowDown: row,
  }
  const way = ways[key]
  if (way === undefined) return undefined
  return Math.min(size - 1, Math.max(0, position + way))
}

export function TensorGrid(props: GridProps) {
  const { label, shape, values, classOf, hueOf, picked, pick } = props
  const prefix = useId()
  const cell = (position: number) => {
    const attributes = {
      class: `cell ${classOf?.(position) ?? ''} ${position === picked ? 'picked' : ''}`,
      ...(hueOf !== undefined && { style: { '--hue': hueOf(position) } }),
    }
    const value = shown(values[position] ?? Number.NaN)
    if (pick === undefined) {
      return (
        <span key={position} {...attributes}>
          {value}
        </span>
      )
    }
    return (
      <button
        key={position}
        type="button"
        id={`${prefix}${position}`}
        {...attributes}
        aria-label={`[${indexOf(shape, position).join(', ')}]: ${value}`}
        aria-pressed={position === picked}
        tabIndex={position === (picked ?? 0) ? 0 : -1}
        onClick={() => pick(position)}
        onPointerEnter={() => pick(position)}
        onKeyDown={(event) => {
          const next = moved(event.key, shape, position)
          if (next === undefined) return
          event.preventDefault()
          pick(next)
          document.getElementById(`${prefix}${next}`)?.focus()
        }}
      >
        {value}
      </button>
    )
  }
  const level = (axis: number, start: number) => {
    if (axis === shape.length) return cell(start)
    const step = stepsOf(shape)[axis] ?? 1
    const depth = shape.length - axis
    return (
      <div key={start} class={`axis depth-${depth} ${depth % 2 === 1 ? 'across' : 'down'}`}>
        {Array.from({ length: shape[axis] ?? 0 }, (_, i) => level(axis + 1, start + i * step))}
      </div>
    )
  }
  return (
    <fieldset class="tensor" aria-label={label}>
      {level(0, 0)}
    </fieldset>
  )
}
