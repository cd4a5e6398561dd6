import { createCpuBackend } from '@nabla/backend-cpu'
import { memory, setDefaultBackend, tensor, tensorFrom } from '@nabla/core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from './safetensors.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** What Python's safetensors 0.4 writes for {'x': np.array([[1, 2]], dtype=np.float32)} with metadata {'k': 'v'}. */
function reference(): Uint8Array {
  const header = '{"__metadata__":{"k":"v"},"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}'
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8)
  const file = new Uint8Array(8 + padded.length + 8)
  new DataView(file.buffer).setUint32(0, padded.length, true)
  file.set(new TextEncoder().encode(padded), 8)
  file.set(new Uint8Array(Float32Array.of(1, 2).buffer), 8 + padded.length)
  return file
}

describe('safetensors', () => {
  it('is the format of the reference implementation, byte for byte', async () => {
    const x = tensor([[1, 2]])
    expect(await encodeSafetensors({ x }, { k: 'v' })).toEqual(reference())
  })

  it('reads what it wrote, in every dtype and for views', async () => {
    const tensors = {
      bool: tensor([true, false]),
      uint8: tensor([1, 255], { dtype: 'uint8' }),
      int32: tensor([-1, 2 ** 31 - 1], { dtype: 'int32' }),
      uint32: tensor([0, 2 ** 32 - 1], { dtype: 'uint32' }),
      float16: tensor([1 / 3, 65504, 2 ** -24], { dtype: 'float16' }),
      float64: tensor([Math.PI, -0], { dtype: 'float64' }),
      transposed: tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]).transpose(),
      empty: tensorFrom([], [0, 3]),
      scalar: tensor(7),
    }
    const { tensors: read } = decodeSafetensors(await encodeSafetensors(tensors))
    expect(Object.keys(read)).toEqual(Object.keys(tensors))
    for (const [name, original] of Object.entries(tensors)) {
      expect(read[name]?.shape, name).toEqual([...original.shape])
      expect(read[name]?.dtype, name).toBe(original.dtype)
      expect(await read[name]?.data(), name).toEqual(await original.data())
    }
  })

  it('keeps every float32, from a buffer that begins anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.float32Array({ minLength: 1 }), fc.nat(7), async (values, shift) => {
        const file = await encodeSafetensors({ values: tensorFrom(values, [values.length]) })
        const moved = new Uint8Array(file.length + shift)
        moved.set(file, shift)
        const { tensors } = decodeSafetensors(moved.subarray(shift))
        expect(await tensors.values?.data()).toEqual(values)
      }),
      { numRuns: 30 },
    )
  })

  it('makes no more tensors than the file has', async () => {
    const before = memory().tensors
    const { tensors } = decodeSafetensors(reference())
    expect(memory().tensors).toBe(before + 1)
    tensors.x?.dispose()
  })

  it.each([
    ['nothing', new Uint8Array(3)],
    ['a page', new TextEncoder().encode('<!DOCTYPE html><html>not found</html>')],
    ['a cut file', reference().subarray(0, reference().length - 4)],
  ])('explains %s', (_name, bytes) => {
    expect(() => decodeSafetensors(bytes)).toThrowErrorMatchingSnapshot()
  })
})
