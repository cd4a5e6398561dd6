/** A device that is lost during `fit`: without further ado an error; with `onDeviceLost` training goes on elsewhere. */
import { type Backend, createNullBackend, DeviceLostError, decorate } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { defaultBackend, setDefaultBackend, setSeed, type Tensor, tensorFrom } from '@nabla/core'
import { adam } from '@nabla/optim'
import { afterAll, beforeEach, expect, test } from 'vitest'
import type { Callback } from '../callbacks/callback.js'
import { layers, type Sequential, sequential } from '../index.js'

const { dense, dropout } = layers

const LOST = new DeviceLostError('gpu', { expected: 'a device', received: 'none', fix: 'get another' })

/** A backend that works until it is told to be lost: then nothing works on it but to free. */
function losable(inner: Backend = createCpuBackend()) {
  let isLost = false
  const alive = <A extends unknown[], R>(action: (...given: A) => R) => {
    return (...given: A): R => {
      if (isLost) throw LOST
      return action(...given)
    }
  }
  const backend = decorate(inner, {
    allocate: alive((dtype, length) => inner.allocate(dtype, length)),
    write: alive((buffer, data) => inner.write(buffer, data)),
    run: alive((call) => inner.run(call)),
    read: async (buffer, offset, length) => {
      if (isLost) throw LOST
      return inner.read(buffer, offset, length)
    },
    readSync: undefined,
    prepare: undefined,
    capabilities: { ...inner.capabilities, synchronousRead: false },
  })
  return {
    backend,
    lose: () => {
      isLost = true
    },
  }
}

const model = (): Sequential =>
  sequential([dense(8, { activation: 'relu' }), dropout(0.2), dense(3)], { inputShape: [4] }).compile({
    optimizer: adam({ learningRate: 0.02 }),
    loss: 'sparseCategoricalCrossEntropyFromLogits',
    metrics: ['accuracy'],
  })

function data(): [Tensor, Tensor] {
  const cpu = createCpuBackend()
  const x = Float32Array.from({ length: 40 * 4 }, (_, i) => Math.sin(i))
  const y = Int32Array.from({ length: 40 }, (_, i) => i % 3)
  return [tensorFrom(x, [40, 4], { backend: cpu }), tensorFrom(y, [40], { backend: cpu })]
}

/** Loses the device at a step of an epoch, once. */
function losing(epoch: number, step: number, lose: () => void): Callback {
  let current = 0
  let isDone = false
  return {
    onEpochBegin(begun) {
      current = begun
    },
    onBatchEnd(done) {
      if (isDone || current !== epoch || done !== step) return
      isDone = true
      lose()
    },
  }
}

const OPTIONS = { epochs: 4, batchSize: 8, verbose: 0, validationSplit: 0.2 } as const

/** The losses of an undisturbed training. */
async function undisturbed(): Promise<readonly number[]> {
  setDefaultBackend(losable().backend)
  setSeed(5)
  return (await model().fit(...data(), OPTIONS)).values('loss')
}

beforeEach(() => setDefaultBackend(createNullBackend()))
afterAll(() => setDefaultBackend(createNullBackend()))

test.each([
  [1, 1],
  [2, 3],
  [4, 4],
])(
  'in epoch %i after step %i, it goes on from the beginning of the epoch to the same end',
  async (epoch, step) => {
    const wanted = await undisturbed()
    const { backend, lose } = losable()
    const next = createCpuBackend()
    setDefaultBackend(backend)
    setSeed(5)
    const trained = model()
    const errors: unknown[] = []
    const history = await trained.fit(...data(), {
      ...OPTIONS,
      callbacks: [losing(epoch, step, lose)],
      onDeviceLost(error) {
        errors.push(error)
        return next
      },
    })
    expect(errors).toEqual([LOST])
    expect(history.values('loss')).toEqual(wanted)
    expect(history.stopped).toBe('completed')
    expect(defaultBackend()).toBe(next)
    for (const { backend: now } of trained.variables) expect(now).toBe(next)
  },
)

test('without the option, the error is thrown', async () => {
  const { backend, lose } = losable()
  setDefaultBackend(backend)
  const training = model().fit(...data(), { ...OPTIONS, callbacks: [losing(2, 1, lose)] })
  await expect(training).rejects.toBe(LOST)
})

test('where every next device is lost too, it gives up', async () => {
  const { backend, lose } = losable()
  setDefaultBackend(backend)
  let asked = 0
  const training = model().fit(...data(), {
    ...OPTIONS,
    callbacks: [losing(2, 1, lose)],
    onDeviceLost() {
      asked += 1
      return backend
    },
  })
  await expect(training).rejects.toBe(LOST)
  expect(asked).toBeLessThan(5)
})

test('refuses what is no function', async () => {
  const wrong = { ...OPTIONS, onDeviceLost: 'wasm' as unknown as () => Backend }
  await expect(model().fit(...data(), wrong)).rejects.toThrow(/onDeviceLost.*a function that gives a backend/)
})
