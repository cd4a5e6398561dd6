/**
 * Rows of single operations: products, elementwise chains, reductions, movement, and the cost of a tiny call.
 */
import { contiguous, jit, relu, softmax, type Tensor, tensorFrom, transpose, uniform } from 'nabla'
import type { Row } from '../measure.js'
import { computation } from './finish.js'

const random = (...shape: number[]): Tensor => uniform(shape, { low: -1, high: 1 })

interface ProductOptions {
  /** Operands stored transposed. */
  readonly left?: 'transposed'
  readonly right?: 'transposed'
}

function product(name: string, m: number, k: number, n: number, { left, right }: ProductOptions = {}): Row {
  return {
    name: `matmul/${name}`,
    unit: 'ms',
    operations: 2 * m * k * n,
    prepare(mode) {
      const a = left === undefined ? random(m, k) : transpose(random(k, m))
      const b = right === undefined ? random(k, n) : transpose(random(n, k))
      return computation(mode, [a, b], (x, y) => (x as Tensor).matmul(y as Tensor), m * k * n < 2e6 ? 20 : 1)
    },
  }
}

type Compute = (x: Tensor, y: Tensor, z: Tensor) => Tensor

function single(name: string, shapes: readonly number[][], compute: Compute): Row {
  return {
    name,
    unit: 'ms',
    prepare: (mode) =>
      computation(
        mode,
        shapes.map((shape) => random(...shape)),
        (...inputs) => compute(...(inputs as [Tensor, Tensor, Tensor])),
      ),
  }
}

const ADDITIONS = 1000

/** Many additions in a row, each a call of its own. */
const smallAdd: Row = {
  name: 'add/16',
  unit: 'us',
  prepare(mode) {
    const a = tensorFrom(new Float32Array(16).fill(1), [16])
    const b = tensorFrom(new Float32Array(16).fill(2), [16])
    const captured = jit((x: Tensor, y: Tensor): Tensor => x.add(y))
    return {
      inner: ADDITIONS,
      once:
        mode === 'captured'
          ? () => captured(a, b).dispose()
          : () => {
              a.add(b).dispose()
            },
    }
  },
}

export const operationRows: readonly Row[] = [
  product('64', 64, 64, 64),
  product('256', 256, 256, 256),
  product('512', 512, 512, 512),
  product('1024', 1024, 1024, 1024),
  product('2048', 2048, 2048, 2048),
  product('128x784x512', 128, 784, 512),
  product('784x128x512-at', 784, 128, 512, { left: 'transposed' }),
  product('128x512x784-bt', 128, 512, 784, { right: 'transposed' }),
  product('128x512x10', 128, 512, 10),
  single(
    'map/relu-mul-add-4M',
    [1, 2, 3].map(() => [2048, 2048]),
    (a, b, c) => relu(a.mul(b).add(c)),
  ),
  single('softmax/4096x1000', [[4096, 1000]], (x) => softmax(x)),
  single('sum-axis0/4096x1024', [[4096, 1024]], (x) => x.sum(0)),
  single('sum-axis1/4096x1024', [[4096, 1024]], (x) => x.sum(1)),
  single('transpose/2048', [[2048, 2048]], (x) => contiguous(transpose(x))),
  single('broadcast-add/4096x1024', [[4096, 1024], [1024]], (x, y) => x.add(y)),
  smallAdd,
]
