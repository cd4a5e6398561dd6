/** Faults of maps and reductions. */
import { type Expr, expressions as e } from '@nabla/backend'
import { foldValues } from '../reference/reduce.js'
import type { Fault } from './fault.js'
import { reducing, replacingInstruction, rewriting } from './plant.js'

const tanhOverflows: Fault = {
  name: 'tanh by exponentials, NaN for large arguments',
  plant: (inner) =>
    replacingInstruction(inner, 'tanh', ([a]) => {
      const power = e.exp(e.multiply(a as Expr, 2))
      return e.divide(e.subtract(power, 1), e.add(power, 1))
    }),
  dtype: 'float32',
  kernels: ['map tanh'],
}

const multiplySaturates: Fault = {
  name: 'integer products by way of floats, saturating instead of wrapping',
  plant: (inner) =>
    replacingInstruction(inner, 'multiply', ([a, b], { dtype }) =>
      dtype === 'int32'
        ? e.cast(e.multiply(e.cast(a as Expr, 'float64'), e.cast(b as Expr, 'float64')), dtype)
        : e.multiply(a as Expr, b as Expr),
    ),
  dtype: 'int32',
  kernels: ['map multiply'],
}

const scalarsStay: Fault = {
  name: 'scalars of the first call baked into the kernel',
  plant: (inner) => {
    const first = new Map<Expr, readonly number[]>()
    return rewriting(inner, (call) => {
      if (call.kind !== 'map') return call
      const [key] = call.expressions as readonly [Expr]
      const scalars = first.get(key) ?? call.scalars
      first.set(key, scalars)
      return { ...call, scalars }
    })
  },
  dtype: 'float32',
  // A longer program is a captured case by itself.
  kernels: ['map with scalars', 'programs'],
  captured: ['map with scalars'],
}

const sumLoses: Fault = {
  name: 'a plain running sum in float32',
  plant: (inner) =>
    reducing(
      inner,
      ({ operation, expression }) => operation === 'sum' && expression.dtype === 'float32',
      (values) => values.reduce((sum, value) => Math.fround(sum + value), 0),
    ),
  dtype: 'float32',
  kernels: ['reduce sum'],
}

const argMaxLast: Fault = {
  name: 'argMax takes the last of equals',
  plant: (inner) =>
    reducing(
      inner,
      ({ operation }) => operation === 'argMax',
      (values) => values.length - 1 - foldValues('argMax', 'float32', [...values].reverse()),
    ),
  dtype: 'float32',
  kernels: ['reduce argMax'],
  operations: ['argmax'],
}

const maximumIgnoresNaN: Fault = {
  name: 'maximum passes over NaN',
  plant: (inner) =>
    reducing(
      inner,
      ({ operation, expression }) => operation === 'maximum' && expression.dtype === 'float32',
      (values) =>
        values
          .filter((value) => !Number.isNaN(value))
          .reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    ),
  dtype: 'float32',
  kernels: ['reduce maximum'],
}

export const ELEMENTWISE_FAULTS: readonly Fault[] = [
  tanhOverflows,
  multiplySaturates,
  scalarsStay,
  sumLoses,
  argMaxLast,
  maximumIgnoresNaN,
]
