/**
 * Linear algebra: products of vectors, matrices and tensors.
 */
export { dot, inner, outer, type VecdotOptions, vecdot } from './dot.js'
export { einsum } from './einsum.js'
export { matmul, matrixTranspose } from './matmul.js'
export type { Dot, Dottable, Inner, Innerable, MatrixTransposed, Outer, ProductType } from './shapes.js'
export { type TensordotAxes, tensordot } from './tensordot.js'
