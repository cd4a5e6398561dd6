/**
 * Movement: other shapes, orders, parts and combinations of the same elements.
 */
export { broadcastTo, type MeshgridOptions, meshgrid } from './broadcast-to.js'
export * from './contiguous.js'
export { type DiagonalOptions, diagonal, trace } from './diagonal.js'
export { flip, roll } from './flip.js'
export { concatenate, stack } from './join.js'
export { type Padding, type PadMode, type PadOptions, pad } from './pad.js'
export { moveAxis, permute, swapAxes, transpose } from './permute.js'
export { repeat, tile } from './repeat.js'
export { expandDims, flatten, reshape, squeeze } from './reshape.js'
export { slice } from './slice.js'
export { split } from './split.js'
export { tril, triu } from './triangle.js'
