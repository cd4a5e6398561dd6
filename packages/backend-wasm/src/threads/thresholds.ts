/**
 * From where on work is divided: some 12 µs of it, 25 of products. Writing a list, handing it to a worker that looks for one, and hearing
 * that it is done take 1 µs together (10 µs of work took 6 in two threads), and as long on a machine that is so busy that
 * the worker doesn't begin; what was tried at 3 µs gained nothing.
 */

export interface LeastWork {
  /** Elements times operations. */
  readonly elements: number
  /** Multiplications with an addition. */
  readonly products: number
}

/** One thread does 2,000 to 4,000 operations on elements in a microsecond, and 20,000 products. */
export const LEAST_WORK: LeastWork = { elements: 32 * 1024, products: 512 * 1024 }

/** All that can be divided is: for tests. */
export const ANY_WORK: LeastWork = { elements: 0, products: 0 }
