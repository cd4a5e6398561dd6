/**
 * The small random generator behind the built-in digits.
 *
 * A counter-based start (every sample hashes its own seed and number) makes sample i independent of how
 * many others are drawn; integer arithmetic makes it the same on every platform. It belongs to this
 * folder alone: tensors use the engine's own generator.
 */

/** The finaliser of MurmurHash3 (Austin Appleby, public domain): every input bit reaches every output bit. */
function mixBits(value: number): number {
  let bits = value | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}

/** Chris Doty-Humphrey's sfc32 from PractRand, restarted per sample. */
export class SampleRandom {
  #a = 0
  #b = 0
  #c = 0
  #counter = 1

  /** Begins the stream of sample `index` under `seed`; both are integers, their upper halves count too. */
  restart(seed: number, index: number): void {
    this.#a = mixBits(seed ^ 0x9e3779b9)
    this.#b = mixBits(index ^ mixBits(Math.floor(seed / 0x100000000) ^ 0x243f6a88))
    this.#c = mixBits(Math.floor(index / 0x100000000) ^ 0xb7e15162)
    this.#counter = 1
    for (let round = 0; round < 12; round++) this.#next()
  }

  #next(): number {
    const result = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0
    return result >>> 0
  }

  /** A number in [low, high), evenly spread. */
  uniform(low: number, high: number): number {
    return low + (high - low) * (this.#next() / 0x100000000)
  }

  /** An integer in [0, bound). */
  integer(bound: number): number {
    return Math.floor((this.#next() / 0x100000000) * bound)
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.#next() < probability * 0x100000000
  }

  /**
   * About normal with mean 0 and the given standard deviation, within ±3.46 of them: the sum of four
   * uniform numbers, because logarithms and cosines may differ between platforms in the last bit.
   */
  normal(standardDeviation: number): number {
    const first = this.#next()
    const second = this.#next()
    const sum = (first & 0xffff) + (first >>> 16) + (second & 0xffff) + (second >>> 16)
    return ((sum - 131070) / 65536) * 1.7320508075688772 * standardDeviation
  }
}
