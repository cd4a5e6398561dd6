/**
 * einsum: any sum of products over named axes. Repeated labels are diagonals, labels of a single operand are summed at
 * once, and the rest is contracted in pairs.
 */
import { type DType, formatShape, type Shape, ShapeError } from '@nabla/backend'
import { requireTensor } from '../../engine/operands.js'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { contract } from '../../primitives/contract.js'
import { reduce } from '../../primitives/reduce.js'
import { permute } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { retype } from '../../types/typed.js'
import { diagonal } from '../movement/diagonal.js'
import { type Equation, formatLabel, parseEquation } from './einsum-equation.js'
import { dropAxes, labelsFrom, productType } from './operands.js'

/** An operand, or the product of some, with the labels of its axes. */
interface Term {
  readonly tensor: Tensor
  readonly labels: readonly number[]
}

type Lengths = ReadonlyMap<number, number>

function unequal(equation: string, label: number, received: string): ShapeError {
  return new ShapeError('einsum', {
    expected: `one length for ${formatLabel(label)} everywhere in '${equation}'`,
    received,
    fix: 'name axes of different lengths by different letters, or transpose or reshape the operand',
  })
}

/** Checks that a label that stands twice in an operand names two axes of one length. */
function requireSquare(equation: string, labels: readonly number[], shape: Shape, position: number): void {
  for (const [axis, label] of labels.entries()) {
    const first = labels.indexOf(label)
    if (shape[first] === shape[axis]) continue
    throw unequal(
      equation,
      label,
      `operand ${position} ${formatShape(shape)}, whose axes ${first} and ${axis} have lengths ${shape[first]} and ${shape[axis]}`,
    )
  }
}

/** The length of each label. Between operands a length of 1 is repeated. */
function lengthsOf(equation: string, { operands }: Equation, tensors: readonly Tensor[]): Lengths {
  const found = new Map<number, { length: number; position: number; axis: number }>()
  operands.forEach((labels, position) => {
    const { shape } = tensors[position] as Tensor
    requireSquare(equation, labels, shape, position)
    labels.forEach((label, axis) => {
      const length = shape[axis] as number
      const known = found.get(label)
      if (known === undefined || known.length === 1) found.set(label, { length, position, axis })
      else if (known.length !== length && length !== 1) {
        const other = (tensors[known.position] as Tensor).shape
        throw unequal(
          equation,
          label,
          `operand ${known.position} ${formatShape(other)} and operand ${position} ${formatShape(shape)}: axis ${known.axis} of the one has length ${known.length}, axis ${axis} of the other ${length}`,
        )
      }
    })
  })
  return new Map([...found].map(([label, { length }]) => [label, length]))
}

/** Two equally long axes become their diagonal, the last axis. */
function diagonalOf(x: Tensor, first: number, second: number): Tensor {
  const [one, other] = [x.strides[first] as number, x.strides[second] as number]
  // With the larger stride in front no copy is needed where the two lie next to each other.
  return diagonal(x, { axes: Math.abs(one) < Math.abs(other) ? [second, first] : [first, second] })
}

/** Every label once. */
function withoutRepeats({ tensor, labels }: Term): Term {
  const second = labels.findIndex((label, axis) => labels.indexOf(label) < axis)
  if (second < 0) return { tensor, labels }
  const label = labels[second] as number
  const first = labels.indexOf(label)
  const others = labels.filter((_, axis) => axis !== first && axis !== second)
  return withoutRepeats({ tensor: diagonalOf(tensor, first, second), labels: [...others, label] })
}

/** Axes of length 1 that stand for longer ones of other operands are left out. */
function withoutRepeated({ tensor, labels }: Term, lengths: Lengths): Term {
  const drops = (axis: number): boolean =>
    tensor.shape[axis] === 1 && lengths.get(labels[axis] as number) !== 1
  return { tensor: dropAxes('einsum', tensor, drops), labels: labels.filter((_, axis) => !drops(axis)) }
}

/** Labels that stand nowhere else are summed. */
function withoutExclusive({ tensor, labels }: Term, elsewhere: ReadonlySet<number>): Term {
  const axes = labelsFrom(0, labels.length).filter((axis) => !elsewhere.has(labels[axis] as number))
  if (axes.length === 0) return { tensor, labels }
  const kept = labels.filter((label) => elsewhere.has(label))
  return { tensor: reduce('einsum', 'sum', tensor, axes, false), labels: kept }
}

function labelsOutside(
  terms: readonly Term[],
  without: readonly number[],
  output: readonly number[],
): Set<number> {
  const others = terms.filter((_, position) => !without.includes(position))
  return new Set([...output, ...others.flatMap(({ labels }) => labels)])
}

/** Labels of the product of two terms: batches, then those of the first, then those of the second. */
function productLabels(a: Term, b: Term, needed: ReadonlySet<number>): number[] {
  const kept = [...new Set([...a.labels, ...b.labels])].filter((label) => needed.has(label))
  const rank = (label: number): number => (!a.labels.includes(label) ? 2 : b.labels.includes(label) ? 0 : 1)
  return kept.sort((one, other) => rank(one) - rank(other))
}

function sizeOfLabels(labels: readonly number[], lengths: Lengths): number {
  return labels.reduce((size, label) => size * (lengths.get(label) as number), 1)
}

/** The pair whose product adds the fewest elements to what is stored: the greedy rule of opt_einsum (Smith & Gray 2018). */
function cheapestPair(terms: readonly Term[], output: readonly number[], lengths: Lengths): [number, number] {
  let best: [number, number] = [0, 1]
  let least = Number.POSITIVE_INFINITY
  const sizes = terms.map(({ labels }) => sizeOfLabels(labels, lengths))
  for (let i = 0; i < terms.length; i++) {
    for (let j = i + 1; j < terms.length; j++) {
      const labels = productLabels(terms[i] as Term, terms[j] as Term, labelsOutside(terms, [i, j], output))
      const added = sizeOfLabels(labels, lengths) - (sizes[i] as number) - (sizes[j] as number)
      if (added >= least) continue
      least = added
      best = [i, j]
    }
  }
  return best
}

function contractAll(start: readonly Term[], output: readonly number[], lengths: Lengths): Term {
  let terms = start
  while (terms.length > 1) {
    const [i, j] = cheapestPair(terms, output, lengths)
    const [a, b] = [terms[i] as Term, terms[j] as Term]
    const labels = terms.length === 2 ? output : productLabels(a, b, labelsOutside(terms, [i, j], output))
    const tensor = contract('einsum', a.tensor, b.tensor, { left: a.labels, right: b.labels, output: labels })
    terms = [...terms.filter((_, position) => position !== i && position !== j), { tensor, labels }]
  }
  return terms[0] as Term
}

/**
 * Sum of products over named axes (Einstein's summation convention as in NumPy's `einsum`). The operands are contracted
 * in pairs, cheapest result first, and each pair is one matrix product.
 *
 * @param equation subscripts of the operands and, after `->`, of the result: a letter per axis, `...` for any axes,
 *   which broadcast. A letter that stands twice in one operand is its diagonal; letters that are not in the result are
 *   summed. Without `->` the result has the letters that stand once, in alphabetical order.
 * @throws ValueError for an equation that can't be read, ShapeError when the operands don't fit it.
 * @example
 * einsum('ij,jk->ik', a, b)             // matmul
 * einsum('bhqd,bhkd->bhqk', q, k)       // attention scores
 * einsum('ii->i', a)                    // diagonal
 */
export function einsum<D extends DType>(
  equation: string,
  ...operands: readonly Tensor<readonly number[], D>[]
): Tensor<number[]> {
  for (const operand of operands) requireTensor('einsum', operand)
  const parsed = parseEquation(
    equation,
    operands.map(({ shape }) => shape),
  )
  const lengths = lengthsOf(equation, parsed, operands)
  const dtype = productType(operands.map((operand) => operand.dtype))
  return retype(
    withTemporaries(() => {
      const terms = operands
        .map((operand, position) => ({
          tensor: castTo('einsum', operand, dtype),
          labels: parsed.operands[position] ?? [],
        }))
        .map((term) => withoutRepeated(withoutRepeats(term), lengths))
      const summed = terms.map((term, position) =>
        withoutExclusive(term, labelsOutside(terms, [position], parsed.output)),
      )
      const { tensor, labels } = contractAll(summed, parsed.output, lengths)
      if (summed.length > 1) return tensor
      return permute(
        'einsum',
        tensor,
        parsed.output.map((label) => labels.indexOf(label)),
      )
    }),
  )
}
