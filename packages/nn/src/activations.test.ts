/**
 * Activations by name against their definitions.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { setDefaultBackend, tensor } from '@nabla/core'
import { beforeAll, expect, test } from 'vitest'
import { type ActivationName, activationFrom } from './activations.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const POINTS = [-4, -2.5, -1, -0.3, 0, 0.4, 1, 2, 3.5]
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const softplus = (x: number): number => Math.log1p(Math.exp(x))
const clip = (x: number): number => Math.min(1, Math.max(0, x))
/** Φ(x) by Simpson's rule on the density. */
function normalBelow(x: number): number {
  const steps = 2000
  const density = (t: number): number => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI)
  let total = density(0) + density(x)
  for (let i = 1; i < steps; i++) total += density((x * i) / steps) * (i % 2 === 1 ? 4 : 2)
  return 0.5 + (total * x) / steps / 3
}
const [SELU_ALPHA, SELU_SCALE] = [1.6732632423543772, 1.0507009873554805]
const powers = POINTS.map(Math.exp)
const total = powers.reduce((sum, value) => sum + value, 0)

const DEFINITIONS: Record<ActivationName, (x: number) => number> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  leakyRelu: (x) => (x >= 0 ? x : 0.2 * x),
  elu: (x) => (x >= 0 ? x : Math.expm1(x)),
  selu: (x) => SELU_SCALE * (x >= 0 ? x : SELU_ALPHA * Math.expm1(x)),
  gelu: (x) => x * normalBelow(x),
  silu: (x) => x * sigmoid(x),
  mish: (x) => x * Math.tanh(softplus(x)),
  softplus,
  softsign: (x) => x / (1 + Math.abs(x)),
  sigmoid,
  hardSigmoid: (x) => clip(x / 6 + 0.5),
  hardSwish: (x) => x * clip(x / 6 + 0.5),
  tanh: Math.tanh,
  softmax: (x) => Math.exp(x) / total,
  logSoftmax: (x) => x - Math.log(total),
}

test.each(Object.keys(DEFINITIONS) as ActivationName[])('%s', async (name) => {
  const values = [...(await activationFrom(name)(tensor([POINTS], { dtype: 'float64' })).data())]
  values.forEach((value, index) => {
    expect(value).toBeCloseTo(DEFINITIONS[name](POINTS[index] as number), 6)
  })
})
