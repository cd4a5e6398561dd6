/** What a kernel moves and how: loadings of both operands, and whether sums are stored by fours, with shared buffers in mind. */
import type { Buffer } from '@nabla/backend'
import { type IsWide, isVector, type Loading, scalarOf, wideBuffers } from './loading.js'
import type { Problem } from './problem.js'

export interface Traffic {
  readonly left: Loading
  readonly right: Loading
  /** Whether sums are stored by fours of columns. */
  readonly fours: boolean
  readonly isWide: IsWide
}

/** @param written the output's buffer, where sums go straight into it */
export function trafficOf(
  { left, right }: Pick<Problem, 'left' | 'right'>,
  wanted: Pick<Traffic, 'left' | 'right' | 'fours'>,
  written: Buffer | undefined,
): Traffic {
  const operands = [
    [left.view.buffer, wanted.left],
    [right.view.buffer, wanted.right],
  ] as const
  const byFours = operands.filter(([, loading]) => isVector(loading)).map(([buffer]) => buffer)
  if (wanted.fours && written !== undefined) byFours.push(written)
  const isWide = wideBuffers(byFours, wanted.fours ? undefined : written)
  const settle = ([buffer, loading]: readonly [Buffer, Loading]): Loading =>
    isVector(loading) && !isWide(buffer) ? scalarOf(loading) : loading
  return { left: settle(operands[0]), right: settle(operands[1]), fours: wanted.fours, isWide }
}
