/** Nothing fails in silence: every way to fail, put in on purpose, is an error that names the operation. */
import { BackendError, type Buffer, DisposedError, IndexError } from '@nabla/backend'
import { afterEach, expect, it } from 'vitest'
import type { WebgpuBackend } from '../backend.js'
import { describeOnGpu } from '../testing/device.js'
import { outOfMemory } from '../testing/out-of-memory.js'
import { callOf, plannedBackend } from '../testing/plans.js'

const made: WebgpuBackend[] = []

async function create(change?: (device: GPUDevice) => GPUDevice) {
  const planned = await plannedBackend(change)
  const { backend } = planned
  made.push(backend)
  const buffer = (...values: readonly number[]): Buffer => {
    const fresh = backend.allocate('int32', values.length)
    backend.write(fresh, Int32Array.from(values))
    return fresh
  }
  return { ...planned, buffer }
}

afterEach(async () => {
  for (const backend of made.splice(0)) await backend.dispose()
})

describeOnGpu('a shader that does not compile', () => {
  it('is an error at the next read, with its line, and at once when it is used again', async () => {
    const { backend, buffer } = await create()
    const [x, y, z] = [buffer(1), buffer(2), buffer(3)]
    backend.run(callOf('broken', [x], [y]))
    const wanted =
      /^broken \[1\]: expected a shader that compiles; received "broken", of which the compiler says: unresolved value 'nonsense' \(line \d+: b0\[i\] = nonsense;\)/
    await expect(backend.read(z)).rejects.toThrow(wanted)
    expect(() => backend.run(callOf('broken', [x], [y]))).toThrow(wanted)
  })

  it('leaves nothing that could be taken for a result', async () => {
    const { backend, buffer } = await create()
    const [x, y, z, sound] = [buffer(1), buffer(2), buffer(3), buffer(4)]
    backend.run(callOf('add', [x], [sound], [1]))
    await backend.synchronize()
    backend.run(callOf('broken', [x], [y]))
    backend.run(callOf('add', [y], [z], [1]))
    await expect(backend.synchronize()).rejects.toThrow(BackendError)
    await expect(backend.read(y)).rejects.toThrow(/^broken/)
    await expect(backend.read(z)).rejects.toThrow(/^broken/)
    expect(() => backend.run(callOf('add', [z], [x], [1]))).toThrow(/^broken/)
    // What came before is not in doubt, nor what the host writes.
    expect([...(await backend.read(sound))]).toEqual([2])
    backend.write(y, Int32Array.from([10]))
    backend.run(callOf('add', [y], [z], [1]))
    expect([...(await backend.read(z))]).toEqual([11])
    await backend.synchronize()
  })
})

describeOnGpu('a buffer that is not to be trusted', () => {
  it('stays so when a part of it is written anew, until all of it is', async () => {
    const { backend, buffer } = await create()
    const [x, y] = [buffer(1, 2), buffer(0, 0)]
    backend.run(callOf('broken', [x], [y]))
    await expect(backend.synchronize()).rejects.toThrow(/^broken/)
    const whole = callOf('add', [x], [y], [1])
    const [view] = whole.outputs
    backend.run({ ...whole, outputs: view === undefined ? [] : [{ ...view, shape: [1] }] })
    await expect(backend.read(y)).rejects.toThrow(/^broken/)
    backend.write(y, Int32Array.from([1]))
    await expect(backend.read(y)).rejects.toThrow(/^broken/)
    backend.run(whole)
    expect([...(await backend.read(y))]).toEqual([2, 3])
  })
})

describeOnGpu('what the device refuses', () => {
  it('too many buffers in a shader', async () => {
    const { backend, buffer } = await create()
    backend.run(callOf('crowded', [], [buffer(1)]))
    await expect(backend.synchronize()).rejects.toThrow(
      /^crowded: expected .*received a call that was refused: /,
    )
  })

  it('is seen whatever it is', async () => {
    const { backend, device } = await create()
    device.createBuffer({ size: 16, usage: 0 })
    await new Promise((resolve) => setTimeout(resolve, 50))
    await expect(backend.synchronize()).rejects.toThrow(/^webgpu: expected .*was refused/)
    await backend.synchronize()
  })
})

describeOnGpu('memory', () => {
  it('beyond the limits is refused at once, with size and limit', async () => {
    const { backend } = await create()
    expect(() => backend.allocate('float32', 2 ** 31)).toThrow(
      /^allocate: expected at most .* in a buffer, which is this device's limit \(maxBufferSize \d+, maxStorageBufferBindingSize \d+\).*; received 8 GiB for 2147483648 elements of float32/,
    )
  })

  it('that runs out is an error with the size and what is in use', async () => {
    const { backend, buffer } = await create(outOfMemory({ from: 5000, times: Number.POSITIVE_INFINITY }))
    const y = backend.allocate('int32', 2000)
    backend.run(callOf('add', [buffer(1)], [y], [1]))
    const wanted =
      /^allocate int32\[2000\]: expected 8 KiB of the GPU's memory; received out of memory, with 8\.3 KiB in use: /
    await expect(backend.read(y)).rejects.toThrow(wanted)
    await expect(backend.read(y)).rejects.toThrow(wanted)
    // Smaller ones still work.
    const z = backend.allocate('int32', 1)
    backend.run(callOf('add', [buffer(1)], [z], [1]))
    expect([...(await backend.read(z))]).toEqual([2])
  })

  it('that is there once the pool is emptied is not missed', async () => {
    const { backend, buffer } = await create(outOfMemory({ from: 5000, times: 1 }))
    for (const unused of Array.from({ length: 4 }, () => backend.allocate('int32', 1000)))
      backend.release(unused)
    const y = backend.allocate('int32', 2000)
    const before = backend.memory().pooledBytes
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(backend.memory().pooledBytes).toBeLessThan(before)
    backend.write(y, new Int32Array(2000).fill(5))
    backend.run(callOf('add', [y], [y], [1]))
    expect((await backend.read(y))[1999]).toBe(6)
    buffer(1)
  })
})

describeOnGpu('a fault that a shader reports', () => {
  it('is an error at the next read, and taints what came after its call', async () => {
    const { backend, buffer } = await create()
    const [good, bad, y, z] = [buffer(1, 2), buffer(3, -4), buffer(0, 0), buffer(0, 0)]
    backend.run(callOf('pick good', [good], [y]))
    backend.run(callOf('pick bad', [bad], [z]))
    const wanted = 'pick bad: expected indices from 0; received index -4. Fix: correct the indices.'
    await expect(backend.read(good)).rejects.toThrow(
      new IndexError('pick bad', {
        expected: 'indices from 0',
        received: 'index -4',
        fix: 'correct the indices',
      }),
    )
    await expect(backend.read(z)).rejects.toThrow(wanted)
    expect([...(await backend.read(y))]).toEqual([1, 2])
    backend.run(callOf('pick again', [good], [z]))
    expect([...(await backend.read(z))]).toEqual([1, 2])
  })

  it('is seen by synchronize, and each of several in its turn', async () => {
    const { backend, buffer } = await create()
    const [one, two, y] = [buffer(-1), buffer(-2), buffer(0)]
    backend.run(callOf('pick', [one], [y]))
    const first = backend.synchronize()
    backend.run(callOf('pick', [two], [y]))
    const second = backend.synchronize()
    await expect(first).rejects.toThrow('index -1')
    await expect(second).rejects.toThrow('index -2')
    await backend.synchronize()
  })
})

describeOnGpu('a device that is lost', () => {
  it('fails reads that wait, and everything after', async () => {
    const { backend, device, buffer } = await create()
    const x = buffer(1)
    for (let i = 0; i < 100; i++) backend.run(callOf('add', [x], [x], [1]))
    const pending = backend.read(x)
    await Promise.resolve()
    device.destroy()
    const wanted = /^webgpu: expected a GPU that answers; received a device that was lost \(destroyed/
    await expect(pending).rejects.toThrow(wanted)
    await expect(backend.read(x)).rejects.toThrow(wanted)
    await expect(backend.synchronize()).rejects.toThrow(wanted)
    expect(() => backend.allocate('int32', 1)).toThrow(wanted)
    expect(() => backend.write(x, Int32Array.from([1]))).toThrow(wanted)
    expect(() => backend.run(callOf('add', [x], [x], [1]))).toThrow(wanted)
    backend.release(x)
  })

  it('is noticed by whoever waits for its work', async () => {
    const { backend, device, buffer } = await create()
    const x = buffer(1)
    backend.run(callOf('add', [x], [x], [1]))
    device.destroy()
    await expect(backend.synchronize()).rejects.toThrow(/a device that was lost/)
  })
})

describeOnGpu('a disposed backend, and buffers that are not its own', () => {
  it('say so', async () => {
    const { backend, buffer } = await create()
    const { backend: other } = await create()
    const x = buffer(1)
    expect(() => other.release(x)).toThrow(/belongs to another backend/)
    expect(() => other.run(callOf('add', [x], [x], [1]))).toThrow(/^add: .*belongs to another backend/)
    const released = buffer(2)
    backend.release(released)
    expect(() => backend.run(callOf('add', [released], [x], [1]))).toThrow(DisposedError)
    await expect(backend.read(released)).rejects.toThrow(/was released/)
    await expect(backend.read(x, 1, 1)).rejects.toThrow(/read: expected a range within the 1 elements/)
    expect(() => backend.write(x, new Int32Array(2))).toThrow(/write: expected at most 1 elements/)
    await backend.dispose()
    expect(backend.memory().buffers).toBe(0)
    expect(() => backend.allocate('int32', 1)).toThrow(/one that was disposed/)
    await expect(backend.synchronize()).rejects.toThrow(/one that was disposed/)
  })
})
