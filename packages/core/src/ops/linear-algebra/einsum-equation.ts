/**
 * Reading of einsum equations: each axis of each operand gets a label.
 */
import { formatShape, type Shape, ShapeError, ValueError } from '@nabla/backend'

/** Letters are labelled by their character code; the axes of an ellipsis by -1, -2, … from the end. */
export interface Equation {
  readonly operands: readonly (readonly number[])[]
  readonly output: readonly number[]
}

const ELLIPSIS = '...'

/** A label as it is written in messages. */
export function formatLabel(label: number): string {
  return label < 0 ? `${ELLIPSIS} (axis ${label} of it)` : `"${String.fromCharCode(label)}"`
}

function malformed(equation: string, received: string, fix: string): ValueError {
  return new ValueError('einsum', {
    expected: "an equation such as 'ij,jk->ik': letters, commas, at most one ... per operand and one ->",
    received: `'${equation}', ${received}`,
    fix,
  })
}

/** Letters of a subscript, with `undefined` where its ellipsis is. */
function symbolsOf(equation: string, subscript: string): (number | undefined)[] {
  const parts = subscript.split(ELLIPSIS)
  if (parts.length > 2)
    throw malformed(equation, `which has two ellipses in "${subscript}"`, 'leave one of them out')
  const letters = parts.map((part) => {
    const bad = /[^a-zA-Z]/.exec(part)
    if (bad !== null) {
      throw malformed(equation, `where "${bad[0]}" is not a letter`, 'name axes by the letters a-z and A-Z')
    }
    return Array.from(part, (letter) => letter.charCodeAt(0))
  })
  return letters.length === 2 ? [...(letters[0] ?? []), undefined, ...(letters[1] ?? [])] : (letters[0] ?? [])
}

function ellipsisLabels(rank: number): number[] {
  return Array.from({ length: rank }, (_, position) => position - rank)
}

function operandLabels(equation: string, subscript: string, shape: Shape, position: number): number[] {
  const symbols = symbolsOf(equation, subscript)
  const named = symbols.filter((symbol) => symbol !== undefined)
  const rest = shape.length - named.length
  const hasEllipsis = named.length < symbols.length
  if (rest < 0 || (rest > 0 && !hasEllipsis)) {
    throw new ShapeError('einsum', {
      expected: `${hasEllipsis ? 'at least ' : ''}${named.length} axes for "${subscript}" in '${equation}'`,
      received: `operand ${position} of shape ${formatShape(shape)}, which has ${shape.length}`,
      fix: 'name every axis by a letter, or write ... for the axes that go unnamed',
    })
  }
  return symbols.flatMap((symbol) => (symbol === undefined ? ellipsisLabels(rest) : [symbol]))
}

/** The ellipsis, then the letters that stand once, in alphabetical order. */
function implicitOutput(operands: readonly (readonly number[])[]): number[] {
  const all = operands.flat()
  const once = all.filter((label) => label >= 0 && all.indexOf(label) === all.lastIndexOf(label))
  return [...ellipsisLabels(Math.max(0, ...all.map((label) => -label))), ...once.sort((a, b) => a - b)]
}

function explicitOutput(
  equation: string,
  subscript: string,
  operands: readonly (readonly number[])[],
): number[] {
  const all = operands.flat()
  const symbols = symbolsOf(equation, subscript)
  for (const [position, symbol] of symbols.entries()) {
    if (symbol === undefined) continue
    if (symbols.indexOf(symbol) !== position) {
      throw malformed(
        equation,
        `where ${formatLabel(symbol)} stands twice in the output`,
        'name each axis of the output once',
      )
    }
    if (!all.includes(symbol)) {
      throw malformed(
        equation,
        `where ${formatLabel(symbol)} of the output is in no operand`,
        'use letters of the operands in the output',
      )
    }
  }
  const rank = Math.max(0, ...all.map((label) => -label))
  if (rank > 0 && !symbols.includes(undefined)) {
    throw malformed(
      equation,
      'whose output lacks the ellipsis of its operands',
      `write ->...${subscript}, or sum these axes by naming them`,
    )
  }
  return symbols.flatMap((symbol) => (symbol === undefined ? ellipsisLabels(rank) : [symbol]))
}

/**
 * Labels of all axes. Spaces are ignored; without `->` the output is the ellipsis and the letters that stand once, in
 * alphabetical order.
 *
 * @throws ValueError for an equation that can't be read, ShapeError when an operand has another rank than its subscript.
 */
export function parseEquation(equation: string, shapes: readonly Shape[]): Equation {
  const [inputs = '', output, ...more] = equation.replaceAll(' ', '').split('->')
  if (more.length > 0) throw malformed(equation, 'which has two arrows', 'leave one -> out')
  const subscripts = inputs.split(',')
  if (subscripts.length !== shapes.length || shapes.length === 0) {
    throw malformed(
      equation,
      `which has ${subscripts.length} subscript${subscripts.length === 1 ? '' : 's'} for ${shapes.length === 1 ? '1 operand' : `${shapes.length} operands`} ${shapes.map(formatShape).join(', ')}`,
      'give one subscript per operand, separated by commas',
    )
  }
  const operands = shapes.map((shape, position) =>
    operandLabels(equation, subscripts[position] ?? '', shape, position),
  )
  return {
    operands,
    output: output === undefined ? implicitOutput(operands) : explicitOutput(equation, output, operands),
  }
}
