/**
 * What every piece of a kernel is written with: the function being written, its module, and the choices that hold for
 * all of it. Constants are kept in locals set at the start, since V8 would build them anew in every round of a loop; so
 * formulas are written out where they are used: as functions of their own they took twice as long.
 */
import {
  type FunctionBuilder,
  f32x4,
  f64x2,
  i32x4,
  type ModuleBuilder,
  type Vector,
  v128,
} from '../assembler/index.js'

export interface Choices {
  /** Whether `a · b + c` may be one instruction that rounds once where the machine has it. */
  readonly relaxed: boolean
}

/** Names of the functions on numbers that kernels may import. */
export type ImportedUnary = 'exp' | 'expm1' | 'log' | 'log1p' | 'sin' | 'cos' | 'tanh' | 'erf' | 'erfc'
export type ImportedBinary = 'power' | 'remainder' | 'atan2'

export class Kit {
  readonly f: FunctionBuilder
  readonly module: ModuleBuilder
  readonly choices: Choices

  constructor(f: FunctionBuilder, module: ModuleBuilder, choices: Choices) {
    this.f = f
    this.module = module
    this.choices = choices
  }

  /** Four float32 of one value. */
  float(x: number): Vector {
    return this.f.hoist(`f${Object.is(x, -0) ? '-0' : x}`, () => f32x4.constant(x))
  }

  /** Two float64 of one value. */
  double(x: number): Vector {
    return this.f.hoist(`d${x}`, () => f64x2.constant(x))
  }

  /** Four 32-bit integers of one value. */
  word(x: number): Vector {
    return this.f.hoist(`i${x | 0}`, () => i32x4.constant(x))
  }

  /** The integers 0, 1, 2, 3. */
  counting(): Vector {
    return this.f.hoist('0123', () => {
      const pair = (a: number, b: number): Vector =>
        v128.shuffle(i32x4.constant(a), i32x4.constant(b), [0, 4, 0, 4])
      return v128.shuffle(pair(0, 1), pair(2, 3), [0, 1, 4, 5])
    })
  }

  /** `a · b + c` on float32. */
  multiplyAdd(a: Vector, b: Vector, c: Vector): Vector {
    return this.choices.relaxed ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c)
  }

  /** Σ coefficients[i] · xⁱ on float32, by Horner's rule; `x` is evaluated for each, so it should be a local. */
  polynomial(x: Vector, coefficients: readonly number[]): Vector {
    const [last = 0, ...rest] = [...coefficients].reverse()
    return rest.reduce((sum, each) => this.multiplyAdd(sum, x, this.float(each)), this.float(last))
  }

  /** The same on float64, always by multiplication and addition. */
  polynomial64(x: Vector, coefficients: readonly number[]): Vector {
    const [last = 0, ...rest] = [...coefficients].reverse()
    return rest.reduce((sum, each) => f64x2.add(f64x2.mul(sum, x), this.double(each)), this.double(last))
  }

  /** A value in a local, to be used several times. */
  let(value: Vector) {
    return this.f.let(value)
  }
}
