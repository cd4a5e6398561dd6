/**
 * How a strided convolution is transposed without multiplying by zeros: positions of the input fall into `stride`
 * residue classes, and the positions of one class are reached by the same elements of the kernel, so that each class is
 * a convolution with stride 1 of its own (Shi et al., "Is the deconvolution layer the same as a convolutional layer?",
 * arXiv:1609.07009).
 */

/** One spatial axis of the convolution that is transposed. */
export interface TransposedAxis {
  /** Elements of the input that is computed. */
  readonly length: number
  /** Elements of the kernel. */
  readonly size: number
  readonly stride: number
  readonly dilation: number
  /** Padding in front. */
  readonly before: number
}

/** The positions `start`, `start + stride`, … and what reaches them. */
export interface Phase {
  readonly start: number
  readonly count: number
  /** Kernel elements, last first: `taps` of them from `tap` on, `tapStep` (negative) apart. */
  readonly tap: number
  readonly taps: number
  readonly tapStep: number
  /** Where in the cotangent the window of the first position begins (negative: in its padding), and its dilation. */
  readonly first: number
  readonly dilation: number
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

/**
 * Position h of the input meets kernel element k at output i where `i * stride = h + before - k * dilation`. For one h
 * these k are `stride / gcd(stride, dilation)` apart, if there are any.
 */
export function phasesOf({ length, size, stride, dilation, before }: TransposedAxis): Phase[] {
  const divisor = greatestCommonDivisor(stride, dilation)
  const step = stride / divisor
  const phases: Phase[] = []
  for (let start = 0; start < Math.min(stride, length); start++) {
    const distance = (tap: number): number => start + before - tap * dilation
    let tap = 0
    while (tap < step && distance(tap) % stride !== 0) tap++
    const taps = tap < step && tap < size ? Math.floor((size - 1 - tap) / step) + 1 : 0
    phases.push({
      start,
      count: Math.floor((length - 1 - start) / stride) + 1,
      tap: tap + (taps - 1) * step,
      taps,
      tapStep: -step,
      first: distance(tap) / stride - ((taps - 1) * dilation) / divisor,
      dilation: dilation / divisor,
    })
  }
  return phases
}

/** Zeros that the cotangent needs before and after its `length` elements so that every window lies inside. */
export function phasePadding(phases: readonly Phase[], length: number): [number, number] {
  let before = 0
  let after = 0
  for (const { first, count, taps, dilation } of phases) {
    if (taps === 0) continue
    before = Math.max(before, -first)
    after = Math.max(after, first + count - 1 + (taps - 1) * dilation - (length - 1))
  }
  return [before, after]
}
