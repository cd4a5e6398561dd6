import { type GatherCall, IndexError, rowMajorLayout } from '@nabla/backend'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { WebgpuBackend } from '../../backend.js'
import { arrangements, Contents, differences, scattered } from '../../testing/against-cpu.js'
import { openTestDevice } from '../../testing/device.js'
import { PORTABLE } from '../../testing/facts.js'
import { planGather } from './gather.js'

/** Indices from the front and from the back that look random. */
const indicesInto =
  (length: number, seed = 1) =>
  (position: number): number =>
    ((Math.imul(position + seed, 0x9e3779b1) >>> 7) % Math.max(1, 2 * length)) - length

describe('gather', () => {
  let backend: WebgpuBackend
  beforeAll(async () => {
    backend = new WebgpuBackend(await openTestDevice())
  })

  it('does as the cpu backend does, whatever the layout', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom('float32' as const, 'int32' as const, 'bool' as const, 'float16' as const),
      fc.array(fc.constantFrom(1, 2, 5, 8, 12), { minLength: 1, maxLength: 3 }),
      fc.nat(2),
      fc.constantFrom(0, 1, 7, 300),
      fc.boolean(),
      fc.tuple(arrangements, arrangements, arrangements),
      async (dtype, shape, which, count, slices, [forInput, forIndices, forOutput]) => {
        const axis = which % shape.length
        const wanted: readonly number[] = [...shape.slice(0, axis), count, ...shape.slice(axis + 1)]
        const contents = new Contents()
        const input = contents.input(dtype, shape, scattered(dtype), forInput)
        const place = slices ? { ...forIndices, repeated: shape.map((_, each) => each !== axis) } : forIndices
        const indices = contents.input('int32', wanted, indicesInto(shape[axis] as number), place)
        const output = contents.output(dtype, wanted, forOutput)
        const call = { kind: 'gather', label: 'take', axis, input, indices, output } as const
        expect(await differences(backend, contents, call)).toEqual([])
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })

  it('takes int32 from a buffer that holds the indices and the result too', async () => {
    const contents = new Contents()
    const whole = contents.input('int32', [1, 24], (position) => (position % 5) - 2)
    const part = (offset: number, strides: readonly number[], shape: readonly number[]) => ({
      ...{ ...whole, offset, strides, shape },
    })
    const call: GatherCall<number> = {
      ...{ kind: 'gather', label: 'take', axis: 0 },
      input: part(0, [4, 1], [2, 4]),
      indices: part(20, [1, 0], [2, 4]),
      output: part(8, [4, 1], [2, 4]),
    }
    contents.slots[0]?.data.set([1, -2, 0, 0], 20)
    expect(await differences(backend, contents, call)).toEqual([])
  })

  it('takes more elements than one dimension of workgroups has invocations', async () => {
    const length = 65_535 * 256 + 1000
    const input = backend.allocate('float32', 5)
    backend.write(input, Float32Array.of(1, 2, 3, 4, 5))
    const indices = backend.allocate('int32', length)
    backend.write(
      indices,
      Int32Array.from({ length }, (_, position) => position % 5),
    )
    const output = backend.allocate('float32', length)
    backend.run({
      ...{ kind: 'gather', label: 'take', axis: 0 },
      input: { buffer: input, dtype: 'float32', ...rowMajorLayout([5]) },
      indices: { buffer: indices, dtype: 'int32', ...rowMajorLayout([length]) },
      output: { buffer: output, dtype: 'float32', ...rowMajorLayout([length]) },
    })
    const data = await backend.read(output)
    expect(data.findIndex((value, position) => value !== (position % 5) + 1)).toBe(-1)
    for (const buffer of [input, indices, output]) backend.release(buffer)
  })

  it.each([
    [3, 'int32'],
    [-4, 'int32'],
    [2 ** 31 - 1, 'int32'],
    [-(2 ** 31), 'int32'],
  ] as const)('reports index %i as the other backends do, at the next read', async (index, dtype) => {
    const make = (values: number[]) => {
      const buffer = backend.allocate(dtype, values.length)
      backend.write(buffer, Int32Array.from(values))
      return { buffer, dtype, ...rowMajorLayout([values.length]) }
    }
    const [input, indices, output] = [make([7, 8, 9]), make([0, index, 2]), make([1, 1, 1])]
    backend.run({ kind: 'gather', label: 'take', axis: 0, input, indices, output })
    const failure = await backend.read(output.buffer).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(IndexError)
    expect(String(failure)).toBe(
      `IndexError: take: expected indices from -3 to 2 for axis 0 of length 3; received index ${index}. Fix: check the indices (labels and token numbers count from 0), or clip them first.`,
    )
    // What was computed from a bad index is never read as if it were sound.
    await expect(backend.read(output.buffer)).rejects.toThrow(String(failure).replace('IndexError: ', ''))
    expect(Array.from(await backend.read(input.buffer))).toEqual([7, 8, 9])
  })

  const plan = (rows: number, columns: number, options: Partial<GatherCall> = {}) => {
    const view = (id: number, dtype: 'float32' | 'int32', shape: readonly number[]) =>
      ({
        buffer: { id, dtype, length: shape.reduce((a, b) => a * b) },
        dtype,
        ...rowMajorLayout(shape),
      }) as const
    const views = { input: view(0, 'float32', [500, columns]), output: view(1, 'float32', [rows, columns]) }
    const indices = { ...view(2, 'int32', [rows]), shape: [rows, columns], strides: [1, 0] }
    return planGather({ kind: 'gather', label: 'take', axis: 0, ...views, indices, ...options }, PORTABLE)
  }

  it('moves slices four elements at a time where it can', () => {
    const elements = (columns: number) => plan(4096, columns)[0]?.bindings.map(({ element }) => element)
    expect(elements(128)).toEqual(['vec4<u32>', 'u32', 'vec4<u32>', 'atomic<u32>'])
    expect(elements(126)).toEqual(['u32', 'u32', 'u32', 'atomic<u32>'])
    expect(plan(4096, 128)[0]?.groups).toBe((4096 * 128) / 4 / 256)
    expect(plan(200_000, 1024)[0]?.groups).toBe(200_000)
  })

  it('refuses indices of another type', () => {
    const indices = {
      buffer: { id: 2, dtype: 'float32', length: 3 },
      dtype: 'float32',
      ...rowMajorLayout([3]),
    } as const
    expect(() => plan(3, 1, { indices })).toThrow('expected int32 indices; received float32 indices')
  })
})
