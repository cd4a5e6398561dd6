/**
 * A nest in a shader: its lengths, strides and offsets as uniform words, and the text that finds the place of a position
 * in each view. Places are u32 and wrap, so negative strides need nothing special.
 */
import type { DispatchBuilder } from '../../plan/dispatch-builder.js'
import { wordText } from '../../wgsl/module.js'
import type { Nest } from './nest.js'

export class Walk {
  readonly rank: number
  readonly #lengths: number
  readonly #views: number

  constructor(builder: DispatchBuilder, { lengths, strides, offsets }: Nest) {
    this.rank = lengths.length
    this.#lengths = builder.integers(lengths)
    this.#views = this.#lengths + lengths.length
    strides.forEach((own, view) => {
      builder.integer(offsets[view] as number)
      builder.integers(own)
    })
  }

  /** Statements that split `position`, a u32 expression, into coordinates; `name` tells several apart. */
  coordinates(name: string, position: string): string {
    if (this.rank === 1) return `let ${name}0 = ${position};`
    const lines = [`var ${name}_rest = ${position};`]
    for (let axis = this.rank - 1; axis > 0; axis--) {
      const length = wordText(this.#lengths + axis)
      lines.push(`let ${name}${axis} = ${name}_rest % ${length};`, `${name}_rest /= ${length};`)
    }
    return [...lines, `let ${name}0 = ${name}_rest;`].join(' ')
  }

  /** The place of the coordinates `name` in one of the views. */
  place(view: number, name: string): string {
    const first = this.#views + view * (this.rank + 1)
    const terms = Array.from(
      { length: this.rank },
      (_, axis) => `${name}${axis} * ${wordText(first + 1 + axis)}`,
    )
    return `(${wordText(first)} + ${terms.join(' + ')})`
  }
}
