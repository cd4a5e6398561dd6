/**
 * Gradient clipping by norm, per tensor or over all of them, without reading anything back: the factor stays on the
 * device as a scalar that the update kernel multiplies by. (Clipping by value happens inside the update kernel.)
 */
import { scope, type Tensor, ValueError } from '@nabla/core'

export interface ClippingOptions {
  /** Each element to [-clipValue, clipValue]. */
  readonly clipValue?: number
  /** Each gradient scaled down to this Euclidean norm. */
  readonly clipNorm?: number
  /** All gradients scaled down together to this norm over all of them (Pascanu et al. 2013). */
  readonly globalClipNorm?: number
}

function checkOptions({ clipValue, clipNorm, globalClipNorm }: ClippingOptions): void {
  const given = { clipValue, clipNorm, globalClipNorm }
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  const bad = set.find(([, value]) => !(typeof value === 'number' && value > 0))
  if (bad === undefined && set.length <= 1) return
  throw new ValueError('optimizer', {
    expected: 'at most one of clipValue, clipNorm and globalClipNorm, greater than 0',
    received: set.map(([name, value]) => `${name}: ${value}`).join(', '),
    fix: 'choose one of them; globalClipNorm is the usual choice',
  })
}

const sumOfSquares = (gradient: Tensor): Tensor => gradient.square().sum()

/** min(1, limit / norm), with 1 for a zero gradient. */
function factor(squares: Tensor, limit: number): Tensor {
  return squares.sqrt().maximum(limit).reciprocal().mul(limit)
}

/** One scalar per gradient to multiply it by; `undefined` when nothing is clipped by norm. */
export function clippingScales(gradients: readonly Tensor[], options: ClippingOptions): Tensor[] | undefined {
  checkOptions(options)
  const { clipNorm, globalClipNorm } = options
  if (clipNorm !== undefined)
    return gradients.map((gradient) => scope(() => factor(sumOfSquares(gradient), clipNorm)))
  if (globalClipNorm === undefined || gradients.length === 0) return undefined
  const shared = scope(() => {
    const total = gradients.map(sumOfSquares).reduce((sum, part) => sum.add(part))
    return factor(total, globalClipNorm)
  })
  return gradients.map(() => shared)
}

/**
 * The Euclidean norm over several gradients, as a scalar tensor: for watching training.
 *
 * @example await globalNorm(gradients).item()
 */
export function globalNorm(gradients: readonly Tensor[]): Tensor {
  return scope(() =>
    gradients
      .map(sumOfSquares)
      .reduce((sum, part) => sum.add(part))
      .sqrt(),
  )
}
