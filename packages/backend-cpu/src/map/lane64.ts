/**
 * The wide lane: expressions with any type besides float32 and bool. Blocks are Float64Array, which holds every type
 * exactly; after each instruction that may leave its type a pass rounds (floats) or wraps (integers).
 */
import {
  type ApplyExpr,
  type DType,
  type Expr,
  type Instruction,
  isFloat,
  type TypedArray,
} from '@nabla/backend'
import { halfBits, halfValues } from '../math/half.js'
import type { InstructionCode, Lane, Loop, Rounding } from './loop.js'
import * as binary from './loops64-binary.js'
import * as unary from './loops64-unary.js'
import { threefryFirst, threefrySecond } from './threefry.js'
import { count64, load64, store64 } from './tiles64.js'

/** A loop for floats and one for integers. */
const byKind =
  (floats: Loop<Float64Array>, integers: Loop<Float64Array>) =>
  (node: ApplyExpr): Loop<Float64Array> =>
    isFloat(node.dtype) ? floats : integers

interface Entry {
  readonly loop: (node: ApplyExpr) => Loop<Float64Array>
  /** Whether results are in the type of the node whenever the operands are in theirs. */
  readonly exact: boolean
}

const always = (loop: Loop<Float64Array>): Entry => ({ loop: () => loop, exact: false })
const exact = (loop: Loop<Float64Array>): Entry => ({ loop: () => loop, exact: true })
const chosen = (loop: (node: ApplyExpr) => Loop<Float64Array>): Entry => ({ loop, exact: false })
const operandType = (node: ApplyExpr): DType => (node.arguments[0] as Expr).dtype

const makeTable = (): Record<Instruction, Entry> => ({
  negate: always(unary.negate),
  absolute: always(unary.absolute),
  sign: exact(unary.sign),
  floor: exact(unary.floor),
  ceil: exact(unary.ceil),
  round: exact(unary.round),
  truncate: exact(unary.truncate),
  exp: always(unary.exp),
  expm1: always(unary.expm1),
  log: always(unary.log),
  log1p: always(unary.log1p),
  sin: always(unary.sin),
  cos: always(unary.cos),
  tanh: always(unary.tanh),
  erf: always(unary.erf),
  erfc: always(unary.erfc),
  sqrt: always(unary.sqrt),
  rsqrt: always(unary.rsqrt),
  not: chosen((node) => (node.dtype === 'bool' ? unary.logicalNot : unary.bitwiseNot)),
  isNaN: exact(unary.isNaN),
  isFinite: exact(unary.isFinite),
  add: always(binary.add),
  subtract: always(binary.subtract),
  multiply: chosen(byKind(binary.multiply, binary.multiplyIntegers)),
  divide: chosen(byKind(binary.divide, binary.divideIntegers)),
  power: always(binary.power),
  remainder: chosen(byKind(binary.remainder, binary.remainderIntegers)),
  maximum: exact(binary.maximum),
  minimum: exact(binary.minimum),
  atan2: always(binary.atan2),
  equal: exact(binary.equal),
  less: exact(binary.less),
  lessEqual: exact(binary.lessEqual),
  and: always(binary.and),
  or: always(binary.or),
  xor: always(binary.xor),
  shiftLeft: always(binary.shiftLeft),
  shiftRight: chosen((node) =>
    node.dtype === 'int32' ? binary.shiftRightSigned : binary.shiftRightUnsigned,
  ),
  multiplyAdd: chosen(byKind(binary.multiplyAdd, binary.multiplyAddIntegers)),
  select: exact(binary.select),
  cast: chosen((node) => unary.castTo(node.dtype)),
  bitcast: chosen((node) => unary.bitcast(operandType(node), node.dtype)),
  threefryFirst: exact(threefryFirst),
  threefrySecond: exact(threefrySecond),
})

const TABLE = /* @__PURE__ */ makeTable()

function toFloat32(n: number, block: Float64Array, o: number): void {
  for (let p = o; p < o + n; p++) block[p] = Math.fround(block[p]!)
}

function toFloat16(n: number, block: Float64Array, o: number): void {
  const values = halfValues()
  for (let p = o; p < o + n; p++) block[p] = values[halfBits(block[p]!)]!
}

function toInt32(n: number, block: Float64Array, o: number): void {
  for (let p = o; p < o + n; p++) block[p] = block[p]! | 0
}

function toUint32(n: number, block: Float64Array, o: number): void {
  for (let p = o; p < o + n; p++) block[p] = block[p]! >>> 0
}

function toUint8(n: number, block: Float64Array, o: number): void {
  for (let p = o; p < o + n; p++) block[p] = block[p]! & 255
}

/** The pass that brings wide values into a type, if one is needed. */
export const ROUNDING: Readonly<Record<DType, Rounding<Float64Array> | undefined>> = {
  float64: undefined,
  float32: toFloat32,
  float16: toFloat16,
  int32: toInt32,
  uint32: toUint32,
  uint8: toUint8,
  bool: undefined,
}

export const lane64: Lane<Float64Array> = {
  createScratch(length) {
    const block = new Float64Array(length)
    return { values: block, words: new Int32Array(block.buffer) }
  },
  asNative: (data: TypedArray) => (data instanceof Float64Array ? data : undefined),
  codeFor: (node): InstructionCode<Float64Array> => ({
    on: 'values',
    variants: [TABLE[node.instruction].loop(node)],
  }),
  roundingAfter: (node) => (TABLE[node.instruction].exact ? undefined : ROUNDING[node.dtype]),
  spread: unary.spread,
  load: load64,
  store: store64,
  count: count64,
}
