/**
 * How many shaders a training step needs, and that they can be compiled before it runs. The steps are those of apps/mnist
 * with Adam; planning them needs no device.
 */
import { COMPOSITES, createNullBackend, decorate, type Program, replayProgram } from '@nabla/backend'
import { jit, setDefaultBackend, type Tensor, tensorFrom, variableGradients, zeros } from '@nabla/core'
import { layers, type Sequential, sequential, sparseCategoricalCrossEntropy } from '@nabla/nn'
import { adam } from '@nabla/optim'
import { afterAll, describe, expect, it } from 'vitest'
import { createWebgpuBackend } from '../factory.js'
import type { DeviceFacts } from '../plan/plan.js'
import { pipelineKey } from '../queue/pipelines.js'
import { describeOnGpu } from '../testing/device.js'
import { planCall } from '../testing/plan-call.js'
import { planProgram } from './plan-program.js'

const { conv2d, dense, flatten, maxPooling2d } = layers

afterAll(() => setDefaultBackend(createNullBackend()))

/** What every device has. */
const PORTABLE: DeviceFacts = {
  maximumInvocations: 256,
  workgroupBytes: 16384,
  maximumStorageBuffers: 8,
  maximumGroups: 65535,
  float16: false,
  subgroups: undefined,
  strength: 'modest',
}

const mlp = () => sequential([dense(512, { activation: 'relu' }), dense(10)], { inputShape: [784] })

const cnn = () =>
  sequential(
    [
      conv2d(32, 3, { activation: 'relu' }),
      maxPooling2d(2),
      conv2d(64, 3, { activation: 'relu' }),
      maxPooling2d(2),
      conv2d(64, 3, { activation: 'relu' }),
      flatten(),
      dense(64, { activation: 'relu' }),
      dense(10),
    ],
    { inputShape: [28, 28, 1] },
  )

function stepOf(model: Sequential) {
  const optimizer = adam({ learningRate: 0.001 })
  const variables = model.trainableVariables
  return jit((x: Tensor, y: Tensor): Tensor => {
    const { value, gradients } = variableGradients(
      () => sparseCategoricalCrossEntropy(model.call(x, { training: true }), y, { fromLogits: true }),
      variables,
    )
    optimizer.apply(gradients, variables)
    return value
  })
}

const batchOf = (batch: number, shape: readonly number[]): [Tensor, Tensor] => [
  zeros([batch, ...shape]),
  tensorFrom(new Int32Array(batch), [batch]),
]

/** The program that jit makes of a step for a backend that can what this one can on the portable device. */
async function programOf(make: () => Sequential, batch: number, shape: readonly number[]): Promise<Program> {
  const programs: Program[] = []
  const inner = createNullBackend()
  const capabilities = {
    ...inner.capabilities,
    synchronousRead: false,
    composites: COMPOSITES,
    maximumViews: 7,
    callsAreCostly: true,
  }
  const prepare = (program: Program) => {
    programs.push(program)
    return replayProgram(inner, program)
  }
  setDefaultBackend(decorate(inner, { capabilities, prepare }))
  await stepOf(make()).warmup(...batchOf(batch, shape))
  return programs[0] as Program
}

describe('a training step', () => {
  const count = async (make: () => Sequential, batch: number, shape: readonly number[]) => {
    const program = await programOf(make, batch, shape)
    const on = (strength: DeviceFacts['strength']) => {
      const dispatches = planProgram(program, (call) => planCall(call, { ...PORTABLE, strength }))
      return `${dispatches.length} dispatches, ${new Set(dispatches.map(pipelineKey)).size} shaders`
    }
    return { calls: program.calls.length, modest: on('modest'), strong: on('strong') }
  }

  it('of the MLP 784-512-10, batch 128', async () => {
    expect(await count(mlp, 128, [784])).toMatchInlineSnapshot(`
      {
        "calls": 11,
        "modest": "11 dispatches, 10 shaders",
        "strong": "11 dispatches, 10 shaders",
      }
    `)
  })

  it('of the CNN, batch 64', async () => {
    expect(await count(cnn, 64, [28, 28, 1])).toMatchInlineSnapshot(`
      {
        "calls": 33,
        "modest": "38 dispatches, 27 shaders",
        "strong": "37 dispatches, 26 shaders",
      }
    `)
  })
})

describeOnGpu('compiling ahead', () => {
  it('leaves little to compile when the step runs', async () => {
    const backend = await createWebgpuBackend({ allowSoftware: true })
    setDefaultBackend(backend)
    const model = sequential([conv2d(4, 3, { activation: 'relu' }), maxPooling2d(2), flatten(), dense(10)], {
      inputShape: [12, 12, 1],
    })
    const [x, y] = batchOf(2, [12, 12, 1])
    const step = stepOf(model)
    const before = backend.statistics().pipelines
    await step.warmup(x, y)
    const ahead = backend.statistics().pipelines - before
    expect(backend.statistics().submits).toBeLessThan(5)
    const loss = await step(x, y).item()
    expect(loss).toBeGreaterThan(0)
    // What moves the weights side by side, before the first run.
    const late = backend.statistics().pipelines - before - ahead
    expect(ahead).toBeGreaterThan(10)
    expect(late).toBeLessThanOrEqual(1)
    await backend.dispose()
  })
})
