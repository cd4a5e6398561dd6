/** The text of the plain map. */
import type { DType } from '@nabla/backend'
import { type ExpressionFunction, expressionFunction } from '../../expression/function.js'
import type { DeviceFacts } from '../../plan/plan.js'
import { integerText, mainText, wordText } from '../../wgsl/module.js'
import { loadText, storedType, storeText } from '../../wgsl/types.js'
import type { Places } from '../places.js'
import { LANE_NAMES, LANES, type LaneName, type Load } from '../vector.js'
import type { MapProblem, Operand } from './problem.js'

export interface ElementwiseText {
  readonly problem: MapProblem
  readonly facts: DeviceFacts
  /** Whether the unit of work is a vector. */
  readonly isVector: boolean
  /** How each input is loaded. */
  readonly loads: readonly Load[]
  /** Numbers of the bound variables: of outputs, of inputs, and of the condition. */
  readonly targets: readonly number[]
  readonly sources: readonly number[]
  readonly condition: number | undefined
  /** Units of an invocation. */
  readonly several: number
  /** The word that holds the number of units; after it, elements of a row, and the place of the condition. */
  readonly size: number
  /** A function `places(unit)`: the outputs, then the inputs. */
  readonly places: Places
  /** For inputs that are loaded each for itself, the word of the stride. */
  readonly steps: readonly number[]
  readonly scalar: (slot: number, dtype: DType) => string
  readonly invocations: number
}

/** Texts about one unit of work; `suffix` tells the variables of several apart. */
class Unit {
  constructor(
    private readonly parts: ElementwiseText,
    private readonly evaluate: ExpressionFunction,
    private readonly suffix = '',
  ) {}

  /** Statements that load the inputs. */
  load(): string {
    const { problem, facts, loads, sources, steps } = this.parts
    return sources
      .map((source, i) => {
        const name = `let v${i}${this.suffix}`
        const at = `u32(p${this.suffix}.p${problem.outputs.length + i}`
        if (loads[i] !== 'each') return `${name} = b${source}[${at})];`
        const step = integerText(steps[i] as number)
        const each = LANE_NAMES.map((_, lane) => `b${source}[${at} + ${lane} * ${step})]`)
        return `${name} = vec4<${storedType((problem.inputs[i] as Operand).dtype, facts)}>(${each.join(', ')});`
      })
      .join('\n')
  }

  /** The expressions' values at one element: of a vector, or the unit itself. */
  call(lane: '' | LaneName): string {
    const { problem, facts, loads } = this.parts
    const slots = [...problem.leaves.inputs.keys()]
    return this.evaluate.call(
      (slot, dtype) => {
        const i = slots.indexOf(slot)
        const whole = `v${i}${this.suffix}`
        return loadText(lane === '' || loads[i] === 'one' ? whole : `${whole}.${lane}`, dtype, facts)
      },
      (axis) => this.#coordinate(axis, lane),
    )
  }

  #coordinate(axis: number, lane: '' | LaneName): string {
    const { leaves, axes, lengths } = this.parts.problem
    const position = axes[leaves.axes.indexOf(axis)] as number
    if (position < 0) return '0i'
    const own = `p${this.suffix}.c${position}`
    const isCut = lane !== '' && position === lengths.length - 1
    return isCut ? `${own} * ${LANES}i + ${LANE_NAMES.indexOf(lane)}i` : own
  }

  /** What output `i` is to hold of the values `name`. */
  stored(name: string, i: number): string {
    const { problem, facts } = this.parts
    return storeText(this.evaluate.result(name, i), (problem.outputs[i] as Operand).dtype, facts)
  }

  /** Where output `i` is. */
  place(i: number): string {
    return `b${this.parts.targets[i]}[u32(p${this.suffix}.p${i})]`
  }
}

/** One vector; where there is a single row, the last may reach beyond it. */
function vectorText(parts: ElementwiseText, evaluate: ExpressionFunction): string {
  const { problem, facts, targets, size, invocations } = parts
  const unit = new Unit(parts, evaluate)
  const whole = targets.map((_, i) => {
    const values = LANE_NAMES.map((lane) => unit.stored(`e${lane}`, i)).join(', ')
    return `${unit.place(i)} = vec4<${storedType((problem.outputs[i] as Operand).dtype, facts)}>(${values});`
  })
  const some = LANE_NAMES.slice(0, -1).map((lane, at) => {
    const lines = targets.map((_, i) => `${unit.place(i)}.${lane} = ${unit.stored(`e${lane}`, i)};`)
    return `if (left > ${at}u) { ${lines.join(' ')} }`
  })
  const ends = `let left = ${wordText(size + 1)} - unit * ${LANES}u;
if (left < ${LANES}u) {
${some.join('\n')}
return;
}`
  return `let unit = group * ${invocations}u + lane;
if (unit >= ${wordText(size)}) { return; }
let p = places(unit);
${unit.load()}
${LANE_NAMES.map((lane) => `let e${lane} = ${unit.call(lane)};`).join('\n')}
${problem.lengths.length === 1 ? ends : ''}
${whole.join('\n')}`
}

/** Elements, all loaded before one is stored. Those beyond the end load the last one again and store nothing. */
function elementText(parts: ElementwiseText, evaluate: ExpressionFunction): string {
  const { targets, several, size, invocations } = parts
  const limit = wordText(size)
  const numbers = [...Array(several).keys()]
  const units = numbers.map((i) => new Unit(parts, evaluate, `_${i}`))
  const at = (i: number): string => `unit + ${i * invocations}u`
  const places = numbers.map(
    (i) => `let p_${i} = places(${i === 0 ? 'unit' : `min(${at(i)}, ${limit} - 1u)`});`,
  )
  const stores = units.map((unit, i) => {
    const lines = targets
      .map((_, output) => `${unit.place(output)} = ${unit.stored(`e_${i}`, output)};`)
      .join('\n')
    return `let e_${i} = ${unit.call('')};\n${i === 0 ? lines : `if (${at(i)} < ${limit}) {\n${lines}\n}`}`
  })
  return `let unit = group * ${several * invocations}u + lane;
if (unit >= ${limit}) { return; }
${places.join('\n')}
${units.map((unit) => unit.load()).join('\n')}
${stores.join('\n')}`
}

export function elementwiseText(parts: ElementwiseText): string {
  const { problem, isVector, condition, size, places, scalar, invocations } = parts
  const evaluate = expressionFunction('evaluate', problem.expressions, scalar)
  const guard = condition === undefined ? '' : `if (b${condition}[${wordText(size + 2)}] == 0u) { return; }\n`
  const main = isVector ? vectorText(parts, evaluate) : elementText(parts, evaluate)
  return [...evaluate.texts, places.text(), mainText({ invocations }, guard + main)].join('\n')
}
