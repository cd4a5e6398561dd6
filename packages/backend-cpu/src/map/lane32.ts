/**
 * The float32 lane: expressions all of whose nodes are float32 or bool. Blocks are Float32Array, so every instruction
 * rounds as it stores, and fusing never changes a result.
 */
import { type ApplyExpr, DTypeError, type Instruction, type TypedArray } from '@nabla/backend'
import type { InstructionCode, Lane, Loop } from './loop.js'
import * as binary from './loops32-binary.js'
import * as unary from './loops32-unary.js'
import * as words from './loops32-words.js'
import { load32, store32 } from './tiles32.js'

const values = (...variants: (Loop<Float32Array> | undefined)[]): InstructionCode<Float32Array> => ({
  on: 'values',
  variants,
})
const onWords = (...variants: (Loop<Int32Array> | undefined)[]): InstructionCode<Float32Array> => ({
  on: 'words',
  variants,
})

type Table = Record<Instruction, InstructionCode<Float32Array> | undefined>

/** `variants` by which operands are uniform: none, the first, the second, both, the third … */
const makeTable = (): Table => ({
  negate: values(unary.negate),
  absolute: values(unary.absolute),
  sign: values(unary.sign),
  floor: values(unary.floor),
  ceil: values(unary.ceil),
  round: values(unary.round),
  truncate: values(unary.truncate),
  exp: values(unary.exp),
  expm1: values(unary.expm1),
  log: values(unary.log),
  log1p: values(unary.log1p),
  sin: values(unary.sin),
  cos: values(unary.cos),
  tanh: values(unary.tanh),
  erf: values(unary.erf),
  erfc: values(unary.erfc),
  sqrt: values(unary.sqrt),
  rsqrt: values(unary.rsqrt),
  not: values(unary.not),
  isNaN: values(unary.isNaN),
  isFinite: values(unary.isFinite),
  add: values(binary.add, binary.addLeft, binary.addRight),
  subtract: values(binary.subtract, binary.subtractLeft, binary.subtractRight),
  multiply: values(binary.multiply, binary.multiplyLeft, binary.multiplyRight),
  divide: values(binary.divide, binary.divideLeft, binary.divideRight),
  power: values(binary.power, undefined, binary.powerRight),
  remainder: values(binary.remainder),
  maximum: onWords(words.maximum, words.maximumLeft, words.maximumRight),
  minimum: onWords(words.minimum, words.minimumLeft, words.minimumRight),
  atan2: values(binary.atan2),
  equal: values(binary.equal, binary.equalLeft, binary.equalRight),
  less: values(binary.less, binary.lessLeft, binary.lessRight),
  lessEqual: values(binary.lessEqual, binary.lessEqualLeft, binary.lessEqualRight),
  and: onWords(words.and),
  or: onWords(words.or),
  xor: onWords(words.xor),
  multiplyAdd: values(binary.multiplyAdd, binary.multiplyAddLeft, binary.multiplyAddRight),
  select: onWords(words.select, undefined, words.selectThen, undefined, words.selectElse),
  cast: values(unary.copy),
  bitcast: values(unary.copy),
  // Of integers, which have no place in this lane.
  shiftLeft: undefined,
  shiftRight: undefined,
  threefryFirst: undefined,
  threefrySecond: undefined,
})

const TABLE = /* @__PURE__ */ makeTable()
const TO_BOOL = /* @__PURE__ */ values(unary.isNonzero)

function codeFor(node: ApplyExpr): InstructionCode<Float32Array> {
  const code = node.instruction === 'cast' && node.dtype === 'bool' ? TO_BOOL : TABLE[node.instruction]
  if (code !== undefined) return code
  throw new DTypeError(node.instruction, {
    expected: 'integer operands',
    received: node.arguments.map((operand) => operand.dtype).join(' and '),
    fix: 'cast the operands to int32, uint32 or uint8 first',
  })
}

export const lane32: Lane<Float32Array> = {
  createScratch(length) {
    const block = new Float32Array(length)
    return { values: block, words: new Int32Array(block.buffer) }
  },
  asNative: (data: TypedArray) => (data instanceof Float32Array ? data : undefined),
  codeFor,
  roundingAfter: () => undefined,
  spread: unary.spread,
  load: load32,
  store: store32,
  count() {
    throw new DTypeError('index', {
      expected: 'integer coordinates in the wide lane',
      received: 'float32',
      fix: 'report this as a fault of the cpu backend',
    })
  },
}
