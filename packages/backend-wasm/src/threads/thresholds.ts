/**
 * From where on work is divided. Handing a list to a worker that looks for one and hearing that it is done takes 1 to 2 µs
 * together; below some ten microseconds of work nothing is gained.
 */

/** What one thread does in about a microsecond, and after how many of those work is divided. */
export const LEAST_WORK = {
  /** Elements times operations: one thread does 2,000 to 4,000 in a microsecond. */
  elements: 32 * 1024,
  /** Multiplications with an addition: one thread does 20,000 in a microsecond. */
  products: 256 * 1024,
} as const
