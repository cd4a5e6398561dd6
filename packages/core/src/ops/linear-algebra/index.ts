/**
 * Linear algebra: products of vectors, matrices and tensors.
 */
export { dot, inner, outer, vecdot, type VecdotOptions } from './dot.js'
export { einsum } from './einsum.js'
export { matmul, matrixTranspose } from './matmul.js'
export { tensordot, type TensordotAxes } from './tensordot.js'
export type { Dot, Dottable, Inner, Innerable, MatrixTransposed, Outer, ProductType } from './shapes.js'
