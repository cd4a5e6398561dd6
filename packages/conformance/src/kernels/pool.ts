/** Maximum over windows in both directions: geometries, ties, padding that never wins, NaN that does. */
import {
  type Capabilities,
  type DType,
  isFloat,
  type PoolCall,
  type PoolGeometry,
  type Shape,
  sizeOf,
  windowCount,
} from '@nabla/backend'
import type { ConformanceCase } from '../case.js'
import { arrangement, READABLE, WRITABLE } from './arrangements.js'
import { type Bench, onBench } from './bench.js'
import { ordinaryValues } from './values.js'

const plain = {
  strides: [1, 1],
  dilation: [1, 1],
  padding: [
    [0, 0],
    [0, 0],
  ],
} as const

const GEOMETRIES: readonly PoolGeometry[] = [
  { ...plain, window: [2, 2], strides: [2, 2] },
  { ...plain, window: [3, 2] },
  { ...plain, window: [1, 1] },
  { ...plain, window: [2, 3], strides: [3, 1] },
  { ...plain, window: [2, 2], dilation: [2, 3] },
  {
    ...plain,
    window: [3, 3],
    strides: [2, 2],
    padding: [
      [1, 1],
      [1, 1],
    ],
  },
  {
    ...plain,
    window: [2, 3],
    padding: [
      [1, 0],
      [0, 2],
    ],
  },
]

const IMAGES: readonly Shape[] = [
  [1, 4, 4, 1],
  [2, 5, 6, 3],
  [0, 4, 5, 2],
]

function pooled([batch = 0, height = 0, width = 0, channels = 0]: Shape, geometry: PoolGeometry): Shape {
  const along = (length: number, axis: 0 | 1): number =>
    windowCount(length + geometry.padding[axis][0] + geometry.padding[axis][1], {
      size: geometry.window[axis],
      stride: geometry.strides[axis],
      dilation: geometry.dilation[axis],
    })
  return [batch, along(height, 0), along(width, 1), channels]
}

/** Elements with ties; with one hostile element if given. */
function imageOf(dtype: DType, shape: Shape, turn: number, hostile?: number): number[] {
  const values = ordinaryValues(dtype, sizeOf(shape), turn).map((value) =>
    isFloat(dtype) ? Math.round(value) : value % 4,
  )
  return hostile === undefined || values.length === 0 ? values : values.with(turn % values.length, hostile)
}

async function checkPool(bench: Bench, mode: PoolCall['mode'], dtype: DType): Promise<void> {
  const hostile = isFloat(dtype) ? [undefined, Number.NaN, -Infinity, Infinity] : [undefined]
  let turn = 0
  for (const geometry of GEOMETRIES) {
    for (const shape of IMAGES) {
      for (const value of hostile) {
        const windows = pooled(shape, geometry)
        const image = bench.view(
          dtype,
          shape,
          imageOf(dtype, shape, turn, value),
          arrangement(READABLE, turn),
        )
        const [source, output] =
          mode === 'select'
            ? [
                turn % 2 === 0 ? image : bench.ordinary(dtype, shape, arrangement(READABLE, turn + 1)),
                windows,
              ]
            : [bench.ordinary(dtype, windows, arrangement(READABLE, turn + 1)), shape]
        await bench.exact({
          kind: 'pool',
          label: 'conformance',
          mode,
          geometry,
          by: image,
          source,
          output: bench.output(dtype, output, arrangement(WRITABLE, turn)),
        })
        turn += 1
      }
    }
  }
}

export function poolCases({ dtypes }: Capabilities): ConformanceCase[] {
  return (['select', 'spread'] as const).flatMap((mode) =>
    dtypes
      .filter((dtype) => dtype !== 'bool')
      .map(
        (dtype): ConformanceCase => ({
          level: 'kernel',
          subject: `pool ${mode}`,
          dtype,
          run: (backend) => onBench(backend, (bench) => checkPool(bench, mode, dtype)),
        }),
      ),
  )
}
