/**
 * A row of the operation tables: functions of the core, the tensors they are tried on, and the call.
 */
import type { Backend, DType, Shape } from '@nabla/backend'
import type { Tensor } from '@nabla/core'

/** Where an operation runs, and in which type. */
export interface Place {
  readonly backend: Backend
  readonly dtype: DType
}

export interface InputSpec {
  readonly shape: Shape
  /** Default: the type that the case is for. */
  readonly dtype?: DType
  /** The elements; default: different ones, so that no two are equal in a float type. */
  readonly values?: readonly number[]
}

export type Results = Tensor | readonly Tensor[]

export interface Operation {
  /** The exported functions that it covers; the first names the row. */
  readonly functions: readonly [string, ...string[]]
  readonly dtypes: readonly DType[]
  /** Types besides bool, int32 and float32 that it comes to. */
  readonly needs: readonly DType[]
  readonly inputs: readonly InputSpec[]
  readonly run: (inputs: readonly Tensor[], place: Place) => Results | Promise<Results>
  /** The same for gradients: whatever `run` returns at once. Missing where there is nothing to differentiate. */
  readonly differentiable?: (inputs: readonly Tensor[], place: Place) => Results
  /** Whether derivatives of second order are continuous around the inputs. */
  readonly smooth: boolean
  /** Units in the last place, of the largest element, that a float result may be off by. */
  readonly tolerance: number
  /** Whether the reference computes in the same type: bits are compared, not numbers. */
  readonly sameType: boolean
}

/** An operation that has a gradient. */
export type Differentiated = Operation & { readonly differentiable: NonNullable<Operation['differentiable']> }

export const hasGradient = (operation: Operation): operation is Differentiated =>
  operation.differentiable !== undefined

export const FLOATS: readonly DType[] = ['float16', 'float32', 'float64']
export const NUMBERS: readonly DType[] = ['uint8', 'int32', 'uint32', ...FLOATS]
export const ANY: readonly DType[] = ['bool', ...NUMBERS]

type TensorsOf<I extends readonly InputSpec[]> = { [K in keyof I]: Tensor }

interface Description<I extends readonly InputSpec[]> {
  readonly functions: readonly [string, ...string[]]
  readonly dtypes?: readonly DType[]
  readonly needs?: readonly DType[]
  readonly inputs: I
  readonly run: (inputs: TensorsOf<I>, place: Place) => Results
  readonly smooth?: boolean
  readonly tolerance?: number
  readonly sameType?: boolean
}

const DEFAULTS = { dtypes: FLOATS, needs: [], smooth: true, tolerance: 64, sameType: false }

/** An operation with gradients, in the float types among its dtypes. */
export function differentiable<const I extends readonly InputSpec[]>({
  run,
  ...rest
}: Description<I>): Operation {
  const typed: Operation['differentiable'] = (inputs, place) => run(inputs as TensorsOf<I>, place)
  return { ...DEFAULTS, ...rest, run: typed, differentiable: typed }
}

type Later<I extends readonly InputSpec[]> = Omit<Description<I>, 'run'> & {
  readonly run: (inputs: TensorsOf<I>, place: Place) => Results | Promise<Results>
}

/** An operation without gradients; it may be asynchronous. */
export function discrete<const I extends readonly InputSpec[]>({ run, ...rest }: Later<I>): Operation {
  return { ...DEFAULTS, ...rest, run: (inputs, place) => run(inputs as TensorsOf<I>, place) }
}

/** An input of a shape. */
export const of = (...shape: number[]): InputSpec => ({ shape })

/** An input with given elements. */
export const filled = (shape: Shape, values: readonly number[], dtype?: DType): InputSpec => ({
  shape,
  values,
  ...(dtype !== undefined && { dtype }),
})

/** An input of positions. */
export const indices = (shape: Shape, values: readonly number[]): InputSpec => filled(shape, values, 'int32')
