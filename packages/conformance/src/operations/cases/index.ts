/** The tables of operations, and what the core exports besides operations. */
import type { Operation } from '../operation.js'
import { CONVOLUTION } from './convolution.js'
import { CREATION } from './creation.js'
import { INDEXING } from './indexing.js'
import { LINEAR_ALGEBRA } from './linear-algebra.js'
import { MOVEMENT } from './movement.js'
import { RANDOM } from './random.js'
import { REDUCTIONS } from './reductions.js'

export const OPERATIONS: readonly Operation[] = [
  ...CREATION,
  ...REDUCTIONS,
  ...MOVEMENT,
  ...INDEXING,
  ...LINEAR_ALGEBRA,
  ...CONVOLUTION,
  ...RANDOM,
]
