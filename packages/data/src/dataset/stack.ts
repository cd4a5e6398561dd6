/**
 * Stacks samples into a batch: the general way, for data sets that only have `get` and for streams.
 */
import { ShapeError, ValueError } from '@nabla/core'
import {
  allocate,
  type BatchData,
  type BatchDType,
  batchTypeOf,
  elementCount,
  type HostArray,
  type HostBatch,
  type HostSample,
  isHostData,
} from '../host-array.js'

function dtypeOf(value: HostArray | number): BatchDType {
  return typeof value === 'number' ? 'float32' : batchTypeOf(value.data)
}

function valueAt(sample: HostSample, name: string, position: number): HostArray | number {
  const value: unknown = sample[name]
  if (typeof value === 'number') return value
  if (typeof value === 'object' && value !== null && 'data' in value && 'shape' in value) {
    const { data, shape } = value
    if (isHostData(data) && Array.isArray(shape)) return { data, shape }
  }
  throw new ValueError('stack', {
    expected: `column "${name}" of sample ${position} to be a number or { data: typed array, shape }`,
    received: value === undefined ? 'nothing' : String(value),
    fix: 'give every sample the same columns',
  })
}

function stackColumn(
  samples: readonly HostSample[],
  name: string,
  first: HostArray | number,
): HostArray<BatchData> {
  const shape = typeof first === 'number' ? [] : first.shape
  const dtype = dtypeOf(first)
  const size = elementCount(shape)
  const data = allocate(dtype, samples.length * size)
  samples.forEach((sample, position) => {
    const value = valueAt(sample, name, position)
    const itsShape = typeof value === 'number' ? [] : value.shape
    const length = typeof value === 'number' ? 1 : value.data.length
    if (itsShape.join() !== shape.join() || length !== size || dtypeOf(value) !== dtype) {
      throw new ShapeError('stack', {
        expected: `column "${name}" of sample ${position} to be ${dtype} [${shape.join(', ')}] like the first one`,
        received: `${dtypeOf(value)} [${itsShape.join(', ')}] with ${length} elements`,
        fix: 'resize, pad or crop the samples to one shape with map()',
      })
    }
    if (typeof value === 'number') data[position] = value
    else data.set(value.data, position * size)
  })
  return { data, shape: [samples.length, ...shape] }
}

/**
 * One batch of `samples`, which must agree in columns, shapes and element types. A number becomes a float32 scalar;
 * 8- and 16-bit integers other than uint8 become int32.
 *
 * @throws ShapeError naming the sample that differs
 * @example stackSamples([{ x: 1 }, { x: 2 }]) // { x: { data: Float32Array [1, 2], shape: [2] } }
 */
export function stackSamples<Name extends string>(samples: readonly HostSample<Name>[]): HostBatch<Name> {
  const first = samples[0]
  if (first === undefined) {
    throw new ValueError('stack', {
      expected: 'at least one sample',
      received: 'none',
      fix: 'leave empty batches out',
    })
  }
  const names = Object.keys(first) as Name[]
  const batch: Partial<Record<Name, HostArray<BatchData>>> = {}
  for (const name of names) batch[name] = stackColumn(samples, name, valueAt(first, name, 0))
  return batch as HostBatch<Name>
}
