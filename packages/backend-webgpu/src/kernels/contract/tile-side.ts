/**
 * One side of the tiled kernel: a part of an operand, from wherever it lies, into workgroup memory.
 *
 * There it is `NAME_tile[stage][k][slot]`, where a slot is four rows (or columns) at one k: what is read at once in the
 * loop. An operand that is contiguous along k is turned on the way. Then neighbouring invocations write one slot at
 * different k, which is one bank; so slots are exchanged by the bits of k, which spreads the writes and leaves reads whole.
 *
 * Rows and columns beyond the edge repeat the last ones, since what becomes of them isn't stored; only steps beyond the end
 * of the contracted index must be zeros. So tiles at the edge run the same instructions as all others.
 *
 * Indices of workgroup memory are written with / and % of constants: what Tint's range analysis sees through, so that it
 * leaves out the clamping of each access.
 */
import { accumulatorOf } from './accumulator.js'
import { runsAlongFree } from './loading.js'
import { baseText, elementText, type Side, storedText } from './side.js'
import { invocationsOf, type Tile } from './tile.js'

/** Whether slot s stands for s, s + slots … instead of 4s, 4s + 1 …: so single elements are read and stored side by side. */
export type Layout = 'packed' | 'interleaved'

export interface TileSide {
  readonly side: Side
  readonly layout: Layout
  readonly slots: number
  readonly tile: Tile
}

/** The row or column, counted from the tile's first, that a part of a slot stands for. */
export function indexText({ layout, slots }: TileSide, slot: string, part: string): string {
  return layout === 'interleaved' ? `${slot} + ${part} * ${slots}u` : `4u * (${slot}) + ${part}`
}

/** How the work of bringing one part into workgroup memory is divided: invocation by invocation, some units each. */
interface Division {
  readonly alongFree: boolean
  /** Steps of k in one unit. */
  readonly steps: number
  readonly units: number
  readonly perInvocation: number
  /** Between the units of an invocation: of slots if neighbours run along k, else of k. */
  readonly distance: number
}

function divisionOf({ side, slots, tile }: Pick<TileSide, 'side' | 'slots' | 'tile'>): Division {
  const invocations = invocationsOf(tile)
  const steps = side.loading === 'vectorContracted' ? 4 : 1
  const alongFree = runsAlongFree(side.loading)
  const row = alongFree ? slots : tile.depth / steps
  const units = (slots * tile.depth) / steps
  const perInvocation = Math.max(1, units / invocations)
  return { alongFree, steps, units, perInvocation, distance: invocations / row }
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const plus = (text: string, constant: number): string => (constant === 0 ? text : `${text} + ${constant}u`)

export class TileSideText {
  readonly #of: TileSide
  readonly #name: string
  readonly #division: Division
  /** Whether workgroup memory holds halves, in half the bytes; sums are formed in float32 all the same. */
  readonly isHalf: boolean
  readonly #type: string

  constructor(of: TileSide) {
    const { dtype, facts, name } = of.side
    this.#of = of
    this.#name = name
    this.#division = divisionOf(of)
    this.isHalf = dtype === 'float16' && facts.float16
    this.#type = `vec4<${this.isHalf ? 'f16' : accumulatorOf(dtype)}>`
  }

  /** Whether only some invocations take part; the left side's are the first ones, the right side's the last. */
  get #isPartial(): boolean {
    return this.#division.units < invocationsOf(this.#of.tile)
  }

  get declaration(): string {
    const { slots, tile } = this.#of
    const { depth, stages } = tile
    return `var<workgroup> ${this.#name}_tile: array<array<array<${this.#type}, ${slots}>, ${depth}>, ${stages}>;`
  }

  /** Its memory as one row of fours. */
  flat(index: string): string {
    const { slots, tile } = this.#of
    const [stage, k] = [
      `((${index}) / ${tile.depth * slots}u) % ${tile.stages}u`,
      `((${index}) / ${slots}u) % ${tile.depth}u`,
    ]
    return `${this.#name}_tile[${stage}][${k}][(${index}) % ${slots}u]`
  }

  #slot(unit: number): string {
    const { alongFree, distance } = this.#division
    return plus(`${this.#name}_slot`, alongFree ? 0 : unit * distance)
  }

  /** Within the tile. */
  #k(unit: number): string {
    const { alongFree, distance } = this.#division
    return plus(`${this.#name}_k`, alongFree ? unit * distance : 0)
  }

  #at(unit: number, part: number): string {
    return `${this.#name}_at${this.#division.alongFree ? 0 : unit}_${part}`
  }

  /** Before the loop: which units are this invocation's, and where their rows begin. */
  setup(origin: string, count: string): string {
    const { side, slots, tile } = this.#of
    const { alongFree, steps, units, perInvocation } = this.#division
    const [name, all] = [this.#name, invocationsOf(tile)]
    const unit = this.#isPartial && name === 'right' ? `((lane + ${units}u) % ${all}u)` : 'lane'
    const row = tile.depth / steps
    const lines = alongFree
      ? [`let ${name}_slot = ${unit} % ${slots}u;`, `let ${name}_k = ${unit} / ${slots}u;`]
      : [
          `let ${name}_slot = (${unit} / ${row}u) % ${slots}u;`,
          `let ${name}_k = ${steps === 1 ? '' : `${steps}u * `}(${unit} % ${row}u);`,
        ]
    if (this.#isPartial) lines.push(`let ${name}_loads = ${unit} < ${units}u;`)
    lines.push(`let ${name}_base = ${baseText(side)};`)
    const wide = side.loading === 'vectorFree'
    for (const each of range(alongFree ? 1 : perInvocation)) {
      for (const part of range(wide ? 1 : 4)) {
        const index = `${origin} + ${indexText(this.#of, this.#slot(each), `${part}u`)}`
        const last = `${count} - ${wide ? 4 : 1}u`
        lines.push(`let ${this.#at(each, part)} = ${name}_base + ${name}_free(min(${index}, ${last}));`)
      }
    }
    return lines.join('\n')
  }

  #value(unit: number, step: number): string {
    return `${this.#name}_value${unit}_${step}`
  }

  #loadUnit(unit: number): string[] {
    const { side } = this.#of
    const text = this.isHalf ? storedText : elementText
    const element = (part: number): string => text(side, `${this.#at(unit, part)} + at`)
    switch (side.loading) {
      case 'vectorFree':
        return [`${this.#value(unit, 0)} = ${element(0)};`]
      case 'vectorContracted': {
        const row = (part: number): string => `${this.#name}_row${unit}_${part}`
        return [
          ...range(4).map((part) => `let ${row(part)} = ${element(part)};`),
          ...[...'xyzw'].map((component, step) => {
            const parts = range(4).map((part) => `${row(part)}.${component}`)
            return `${this.#value(unit, step)} = ${this.#type}(${parts.join(', ')});`
          }),
        ]
      }
      default:
        return [`${this.#value(unit, 0)} = ${this.#type}(${range(4).map(element).join(', ')});`]
    }
  }

  /** Into registers: the part from `k_next` on, with zeros from `end` on. */
  get load(): string {
    const { alongFree, steps, perInvocation } = this.#division
    const values = range(perInvocation).flatMap((unit) =>
      range(steps).map((step) => `var ${this.#value(unit, step)} = ${this.#type}();`),
    )
    const together = alongFree ? range(perInvocation).map((unit) => [unit]) : [range(perInvocation)]
    const guard = this.#isPartial ? `${this.#name}_loads && ` : ''
    return [
      ...values,
      ...together.map((units) => {
        const k = `k_next + ${this.#k(units[0] ?? 0)}`
        const loads = units.flatMap((unit) => this.#loadUnit(unit))
        return `if (${guard}${k} < end) {\n  let at = ${this.#name}_contracted(${k});\n  ${loads.join('\n  ')}\n}`
      }),
    ].join('\n')
  }

  #place(slot: string, k: string): string {
    const { slots } = this.#of
    if (this.#division.alongFree) return `(${slot}) % ${slots}u`
    return `((${slot}) ^ ((${k}) % ${Math.min(8, slots)}u)) % ${slots}u`
  }

  /** From registers into workgroup memory. */
  write(stage: string): string {
    const { steps, perInvocation } = this.#division
    const writes = range(perInvocation).flatMap((unit) =>
      range(steps).map((step) => {
        const k = plus(this.#k(unit), step)
        return `${this.#name}_tile[${stage}][${k}][${this.#place(this.#slot(unit), k)}] = ${this.#value(unit, step)};`
      }),
    )
    return this.#isPartial ? `if (${this.#name}_loads) {\n  ${writes.join('\n  ')}\n}` : writes.join('\n')
  }

  /** Four rows or columns at `k`, as the loop reads them. */
  read(stage: string, slot: string): string {
    const four = `${this.#name}_tile[${stage}][k][${this.#place(slot, 'k')}]`
    return this.isHalf ? `vec4<f32>(${four})` : four
  }
}
