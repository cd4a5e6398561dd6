/**
 * Indexing: picking, combining and ordering by index.
 */
export type { IndexArray, Indices } from './indices.js'
export { booleanMask, nonzero } from './nonzero.js'
export { type OneHotOptions, oneHot } from './one-hot.js'
export { type PutOptions, putAlongAxis, scatterAdd, scatterMax, scatterMin, scatterSet } from './scatter.js'
export { type SearchSortedOptions, searchSorted } from './search-sorted.js'
export { argsort, type SortOptions, sort, type TopK, type TopKOptions, topK } from './sort.js'
export { gather, take, takeAlongAxis } from './take.js'
