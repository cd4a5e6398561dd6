/**
 * Summaries: a module as rows of data, and as a table for people.
 */
import { bytesPerElement, type Shape, type Variable } from '@nabla/core'
import { formatBatchShape } from './layer-error.js'
import type { Module } from './module.js'

/** One layer. Shapes are those of one sample, without the batch axis. */
export interface LayerSummary {
  /** Its path in the model. */
  readonly name: string
  readonly kind: string
  /** Elements of its variables. */
  readonly parameters: number
  /** How many of them training changes. */
  readonly trainable: number
  readonly bytes: number
  /** Unknown until the layer was called or the input shape is given. */
  readonly inputShape?: Shape
  readonly outputShape?: Shape
  /** Floating-point operations per sample, a multiply-add counting two. */
  readonly operations?: number
}

export interface ModuleSummary {
  readonly title: string
  readonly layers: readonly LayerSummary[]
  /** Sums over all variables, shared ones counted once. */
  readonly parameters: number
  readonly trainable: number
  readonly bytes: number
  /** Of the layers for which it is known. */
  readonly operations: number
}

export interface SummaryOptions {
  /** Shape of one sample, without the batch axis; makes weights that don't exist yet. */
  readonly inputShape?: Shape
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** The row of a layer with these variables, as far as they tell. */
export function summaryOf(name: string, kind: string, variables: readonly Variable[]): LayerSummary {
  return {
    name,
    kind,
    parameters: sum(variables.map(({ size }) => size)),
    trainable: sum(variables.map(({ size, trainable }) => (trainable ? size : 0))),
    bytes: sum(variables.map(({ size, dtype }) => size * bytesPerElement(dtype))),
  }
}

function titleOf(module: Module): string {
  if ('kind' in module && 'name' in module) {
    return module.kind === module.name ? String(module.kind) : `${module.kind} "${module.name}"`
  }
  return module.constructor.name
}

/**
 * A module as data: what `summary` shows.
 *
 * @example describeModule(model, { inputShape: [784] }).parameters // 407050
 */
export function describeModule(module: Module, { inputShape }: SummaryOptions = {}): ModuleSummary {
  const title = titleOf(module)
  const layers = module.describe(inputShape)
  const { parameters, trainable, bytes } = summaryOf(title, '', module.variables)
  return {
    title,
    layers,
    parameters,
    trainable,
    bytes,
    operations: sum(layers.map(({ operations = 0 }) => operations)),
  }
}

const PREFIXES = ['', 'k', 'M', 'G', 'T'] as const

/** Three significant digits with a metric prefix. @example metric(406528, 'B') // '407 kB' */
function metric(value: number, unit: string): string {
  let scaled = value
  let step = 0
  while (scaled >= 999.5 && step < PREFIXES.length - 1) {
    scaled /= 1000
    step += 1
  }
  const digits = step === 0 ? String(value) : scaled.toPrecision(3)
  return `${digits} ${PREFIXES[step]}${unit}`.trimEnd()
}

const count = (value: number): string => value.toLocaleString('en-US')

type Cells = readonly string[]

const HEADER: Cells = ['layer', 'kind', 'output shape', 'parameters', 'memory', 'FLOPs/sample']
/** Columns from here on are numbers, set flush right. */
const FIRST_NUMBER = 3

function cellsOf({ name, kind, outputShape, parameters, bytes, operations }: LayerSummary): Cells {
  return [
    name,
    kind,
    outputShape === undefined ? '?' : formatBatchShape(outputShape),
    count(parameters),
    metric(bytes, 'B'),
    operations === undefined ? '?' : metric(operations, ''),
  ]
}

function table(rows: readonly Cells[], total: Cells): string[] {
  const all = [HEADER, ...rows, total]
  const widths = HEADER.map((_, column) => Math.max(...all.map((cells) => (cells[column] ?? '').length)))
  const line = (cells: Cells): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column >= FIRST_NUMBER ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('   ')
      .trimEnd()
  const rule = '─'.repeat(sum(widths) + 3 * (widths.length - 1))
  return [line(HEADER), rule, ...rows.map(line), rule, line(total)]
}

/**
 * A table of the layers of a module: output shapes with `*` for the batch, parameters, memory of the weights and
 * floating-point operations per sample.
 *
 * @example console.log(summarize(model, { inputShape: [28, 28, 1] }))
 */
export function summarize(module: Module, options: SummaryOptions = {}): string {
  const { title, layers, parameters, trainable, bytes, operations } = describeModule(module, options)
  const total: Cells = ['total', '', '', count(parameters), metric(bytes, 'B'), metric(operations, '')]
  const split = `trainable ${count(trainable)} · non-trainable ${count(parameters - trainable)}`
  return [title, '', ...table(layers.map(cellsOf), total), split].join('\n')
}
