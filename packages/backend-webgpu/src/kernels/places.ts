/**
 * Where the views of a nest are at a step: a WGSL function from the number of the step to the place of each view and the
 * coordinates along the axes. Lengths, offsets and strides are uniform words.
 */
import type { DispatchBuilder } from '../plan/dispatch-builder.js'
import { integerText, wordText } from '../wgsl/module.js'
import type { Steps } from './nest.js'

export class Places {
  readonly #lengths: number
  readonly #views: readonly number[]
  readonly #rank: number

  /** Adds the words; `name` is that of the function. */
  constructor(
    builder: DispatchBuilder,
    private readonly name: string,
    lengths: readonly number[],
    views: readonly Steps[],
  ) {
    this.#rank = lengths.length
    this.#lengths = builder.integers(lengths)
    this.#views = views.map(({ offset, strides }) => builder.integers([offset, ...strides]))
  }

  /** The function, and the structure that it yields: `p0`, `p1` … for views, `c0`, `c1` … for coordinates, all `i32`. */
  text(): string {
    const axes = [...Array(this.#rank).keys()]
    const places = this.#views.map((word) =>
      [integerText(word), ...axes.map((axis) => `c${axis} * ${integerText(word + 1 + axis)}`)].join(' + '),
    )
    const steps = axes
      .slice(1)
      .reverse()
      .map((axis) => {
        const length = wordText(this.#lengths + axis)
        return `let q${axis} = rest / ${length}; let c${axis} = i32(rest - q${axis} * ${length}); rest = q${axis};`
      })
    const fields = [...places.map((_, view) => `p${view}: i32`), ...axes.map((axis) => `c${axis}: i32`)]
    return `struct ${this.name}_places { ${fields.join(', ')} }
fn ${this.name}(step: u32) -> ${this.name}_places {
var rest = step;
${steps.join('\n')}
let c0 = i32(rest);
return ${this.name}_places(${[...places, ...axes.map((axis) => `c${axis}`)].join(', ')});
}`
  }
}
