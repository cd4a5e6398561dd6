/**
 * Checking gradients against finite differences: what every derivative rule and every custom gradient is tested with.
 */
import { DTypeError, formatShape, isFloat, type Shape, ValueError } from '@nabla/backend'
import { scope } from '../engine/scope.js'
import { tensorFrom } from '../ops/creation/tensor.js'
import { mul } from '../ops/elementwise/arithmetic.js'
import { reduce } from '../primitives/reduce.js'
import { uniform } from '../random/continuous.js'
import { Generator } from '../random/generator.js'
import type { Tensor } from '../tensor.js'
import { grad } from './gradient.js'
import { requireOutput } from './recorded-function.js'

export interface CheckGradientsOptions {
  /** 2 also checks the gradient of the gradient; default 1. */
  readonly order?: 1 | 2
  /** Half the distance of the two points of a difference, relative to the size of the element; default 1e-5. */
  readonly epsilon?: number
  /** Default 1e-5. */
  readonly relativeTolerance?: number
  /** Default 1e-6. */
  readonly absoluteTolerance?: number
}

export interface GradientCheck {
  /** How many derivatives were compared. */
  readonly compared: number
  /** The largest difference that was found, relative to the size of the derivative where that is above 1. */
  readonly largestError: number
}

type Run = (...inputs: Tensor[]) => Tensor

/** An input on the host: integers are passed on as they are, floats as float64. */
interface HostInput {
  readonly original: Tensor
  readonly values: Float64Array
}

const isDifferentiable = ({ original }: HostInput): boolean => isFloat(original.dtype)

function toTensors(inputs: readonly HostInput[]): Tensor[] {
  return inputs.map((each) =>
    isDifferentiable(each)
      ? tensorFrom(each.values, each.original.shape, { backend: each.original.backend })
      : each.original,
  )
}

/** Fixed weights between 0.5 and 1.5, so that no derivative cancels by symmetry. */
function weightsFor(like: Tensor, seed: number): Tensor {
  return uniform(like.shape, {
    low: 0.5,
    high: 1.5,
    dtype: 'float64',
    backend: like.backend,
    generator: new Generator(seed),
  })
}

function weightedSum(x: Tensor, seed: number): Tensor {
  const weighted = mul(x, weightsFor(x, seed))
  return reduce(
    'checkGradients',
    'sum',
    weighted,
    weighted.shape.map((_, axis) => axis),
    false,
  )
}

/** The function as a weighted sum of its results. */
const toScalar =
  (run: Run): Run =>
  (...inputs) =>
    weightedSum(requireOutput('checkGradients', run(...inputs)), 1)

/** Gradients with respect to the floating-point inputs, in their order. */
function gradientsOf(run: Run, inputs: readonly Tensor[]): readonly Tensor[] {
  const floats = inputs.filter(({ dtype }) => isFloat(dtype))
  return grad((tracked: readonly Tensor[]) => {
    let next = 0
    return run(...inputs.map((each) => (isFloat(each.dtype) ? (tracked[next++] as Tensor) : each)))
  })(floats)
}

/** A scalar function that holds all first derivatives of another. */
const derivativeOf =
  (run: Run): Run =>
  (...inputs) =>
    gradientsOf(run, inputs)
      .map((gradient, position) => weightedSum(gradient, position + 2))
      .reduce((sum, part) => sum.add(part))

/** The function at inputs where one element is another. */
async function evaluate(
  run: Run,
  inputs: readonly HostInput[],
  input: HostInput,
  element: number,
  value: number,
): Promise<number> {
  const moved = { ...input, values: input.values.with(element, value) }
  const result = scope(() => run(...toTensors(inputs.map((each) => (each === input ? moved : each)))))
  const [number = Number.NaN] = await result.data()
  result.dispose()
  return number
}

function coordinates(element: number, shape: Shape): string {
  let rest = element
  const index = shape.toReversed().map((length) => {
    const at = rest % length
    rest = Math.floor(rest / length)
    return at
  })
  return formatShape(index.reverse())
}

interface Compared {
  readonly input: number
  readonly element: number
  readonly analytic: number
  readonly numeric: number
}

async function compareAll(run: Run, inputs: readonly HostInput[], epsilon: number): Promise<Compared[]> {
  const gradients = scope(() => gradientsOf(run, toTensors(inputs)))
  const analytic = await Promise.all(gradients.map((gradient) => gradient.data()))
  for (const gradient of gradients) gradient.dispose()
  const compared: Compared[] = []
  for (const [position, values] of analytic.entries()) {
    const input = inputs.filter(isDifferentiable)[position] as HostInput
    for (let element = 0; element < values.length; element++) {
      const at = input.values[element] as number
      const step = epsilon * Math.max(1, Math.abs(at))
      const above = await evaluate(run, inputs, input, element, at + step)
      const below = await evaluate(run, inputs, input, element, at - step)
      const numeric = (above - below) / (at + step - (at - step))
      compared.push({ input: inputs.indexOf(input), element, analytic: values[element] as number, numeric })
    }
  }
  return compared
}

const errorOf = ({ analytic, numeric }: Compared): number =>
  Math.abs(analytic - numeric) / Math.max(1, Math.abs(analytic), Math.abs(numeric))

function requireAgreement(
  order: number,
  compared: readonly Compared[],
  inputs: readonly HostInput[],
  options: CheckGradientsOptions,
): void {
  const { relativeTolerance = 1e-5, absoluteTolerance = 1e-6 } = options
  const isWrong = ({ analytic, numeric }: Compared): boolean =>
    !(
      Math.abs(analytic - numeric) <=
      absoluteTolerance + relativeTolerance * Math.max(Math.abs(analytic), Math.abs(numeric))
    )
  const wrong = compared.filter(isWrong)
  const worst = wrong.toSorted((a, b) => errorOf(b) - errorOf(a))[0]
  if (worst === undefined) return
  const { shape } = (inputs[worst.input] as HostInput).original
  throw new ValueError('checkGradients', {
    expected: `the derivative of order ${order} for input ${worst.input} at ${coordinates(worst.element, shape)} to be ${worst.numeric}, as by central differences`,
    received: `${worst.analytic} from backward (${wrong.length} of ${compared.length} derivatives differ, this one the most)`,
    fix: 'correct the gradient, or move the inputs away from points where the function has a kink or jump',
  })
}

async function toHost(original: Tensor): Promise<HostInput> {
  if (isFloat(original.dtype) && !original.backend.capabilities.dtypes.includes('float64')) {
    throw new DTypeError('checkGradients', {
      expected: 'a backend that computes in float64, for accurate differences',
      received: `backend "${original.backend.name}"`,
      fix: 'check on the cpu backend, which computes the same',
    })
  }
  return { original, values: Float64Array.from(await original.data()) }
}

/**
 * Compares the gradients of a function with central differences in float64.
 *
 * @param run takes the inputs as float64 (integer inputs as they are) and returns a tensor of any shape
 * @throws ValueError naming the input, the element and both numbers where they disagree.
 * @example await checkGradients((x, w) => x.matmul(w).tanh(), [x, w], { order: 2 })
 */
export async function checkGradients(
  run: Run,
  inputs: readonly Tensor[],
  options: CheckGradientsOptions = {},
): Promise<GradientCheck> {
  const { order = 1, epsilon = 1e-5 } = options
  const hosts = await Promise.all(inputs.map(toHost))
  const scalar = toScalar(run)
  let compared: Compared[] = []
  for (const [position, each] of (order === 1 ? [scalar] : [scalar, derivativeOf(scalar)]).entries()) {
    const found = await compareAll(each, hosts, epsilon)
    requireAgreement(position + 1, found, hosts, options)
    compared = [...compared, ...found]
  }
  return {
    compared: compared.length,
    largestError: compared.map(errorOf).reduce((a, b) => Math.max(a, b), 0),
  }
}
