/**
 * Functions on float64 that kernels import from the host: where WebAssembly has no instruction and float64 accuracy would
 * need long formulas.
 */
import { erf, erfc } from '@nabla/backend'
import type { ImportedBinary, ImportedUnary } from '../emit/kit.js'

type Host = Readonly<Record<ImportedUnary | ImportedBinary, (a: number, b: number) => number>>

export const FUNCTIONS: Host = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  erf: (a) => erf(a),
  erfc: (a) => erfc(a),
  power: (a, b) => (a === 1 ? 1 : a ** b),
  remainder: (a, b) => a % b,
  atan2: Math.atan2,
}
