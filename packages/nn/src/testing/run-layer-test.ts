/**
 * What every layer must do, as one test: shapes, configuration, gradients, training, memory, summary. Only tests import
 * it.
 */
import { memory, type Shape, scope, type Tensor, tensorFrom, Variable, variableGradients } from '@nabla/core'
import { sgd } from '@nabla/optim'
import { type CallContext, INFERENCE } from '../context.js'
import type { Layer, LayerOptions } from '../layer.js'
import { layerFrom } from '../models/configuration.js'
import { describeModule } from '../summary.js'
import { loadWeights, weightsOf } from '../weights.js'
import { slopesOf } from './differences.js'

export interface LayerTest {
  /** Of one sample. */
  readonly inputShape: Shape
  readonly expectedOutputShape: Shape
  /** Elements of all variables. */
  readonly parameters: number
  /** Floating-point operations per sample. */
  readonly operations: number
  /** Element `position` of the input; default: numbers between -1 and 1. */
  readonly input?: (position: number) => number
  /** Whether the input has a gradient; default true. */
  readonly differentiable?: boolean
  /** Whether training calls are a function of the input, without chance; default true. */
  readonly deterministic?: boolean
}

const BATCH = 3
const TRAINING: CallContext = { training: true }

function check(holds: boolean, message: () => string): void {
  if (!holds) throw new Error(message())
}

/** Numbers between -1 and 1 without pattern or ties. */
const spread = (position: number): number => Math.sin(position * 12.9898 + 1) * 0.9

function inputFor({ inputShape, input = spread }: LayerTest, dtype: 'float32' | 'float64'): Tensor {
  const shape = [BATCH, ...inputShape]
  const size = shape.reduce((product, length) => product * length, 1)
  return tensorFrom(
    Array.from({ length: size }, (_, position) => input(position)),
    shape,
    { dtype },
  )
}

async function valuesOf(tensor: Tensor): Promise<number[]> {
  const values = [...(await tensor.data())]
  tensor.dispose()
  return values
}

function checkSame(
  what: string,
  actual: readonly number[],
  expected: readonly number[],
  tolerance = 0,
): void {
  check(
    actual.length === expected.length,
    () => `${what}: ${actual.length} values instead of ${expected.length}`,
  )
  actual.forEach((value, position) => {
    const wanted = expected[position] ?? Number.NaN
    const near = Math.abs(value - wanted) <= tolerance * Math.max(1, Math.abs(wanted))
    check(near, () => `${what}: ${value} instead of ${wanted} at ${position}`)
  })
}

/** A scalar that depends on every output element differently. */
function probe(output: Tensor): Tensor {
  const weights = Array.from({ length: output.size }, (_, position) => Math.cos(position * 7.7))
  return output.mul(tensorFrom(weights, output.shape, { dtype: 'float64' }).cast(output.dtype)).sum()
}

async function checkShapes(layer: Layer, test: LayerTest): Promise<void> {
  const announced = layer.outputShape(test.inputShape)
  checkSame('outputShape', announced, test.expectedOutputShape)
  check(layer.variables.length === 0, () => 'weights before the first call')
  const x = inputFor(test, 'float32')
  const output = layer.call(x)
  checkSame('shape of the output', output.shape, [BATCH, ...test.expectedOutputShape])
  const values = await valuesOf(output)
  check(values.every(Number.isFinite), () => 'outputs that are not finite')
  const alone = await valuesOf(scope(() => layer.call(x.slice([0, 1]))))
  checkSame('a batch of one', alone, values.slice(0, alone.length), 1e-6)
  x.dispose()
}

async function checkConfiguration(layer: Layer, test: LayerTest): Promise<void> {
  const copy = layerFrom(JSON.parse(JSON.stringify(layer.configuration())))
  const [ours, theirs] = [layer, copy].map((each) => JSON.stringify(each.configuration()))
  check(ours === theirs, () => `configuration ${theirs} instead of ${ours}`)
  copy.ensureBuilt(test.inputShape)
  loadWeights(copy, weightsOf(layer))
  const x = inputFor(test, 'float32')
  checkSame('outputs of a copy', await valuesOf(copy.call(x)), await valuesOf(layer.call(x)))
  copy.dispose()
  x.dispose()
}

async function checkGradients(layer: Layer, test: LayerTest, context: CallContext): Promise<void> {
  const x = new Variable(inputFor(test, 'float64'), { name: 'input' })
  layer.ensureBuilt(test.inputShape)
  const wanted = [...layer.trainableVariables, ...(test.differentiable === false ? [] : [x])]
  const loss = (): Tensor => scope(() => probe(layer.call(x.value, context)))
  const lossNow = async (): Promise<number> => (await valuesOf(loss()))[0] ?? Number.NaN
  const { value, gradients } = variableGradients(loss, wanted)
  for (const [each, variable] of wanted.entries()) {
    const gradient = gradients[each]
    const computed = gradient === undefined ? [] : [...(await gradient.data())]
    for (const { position, slope } of await slopesOf(variable, lossNow)) {
      const found = computed[position] ?? Number.NaN
      const name = `gradient of "${variable.name}"${context.training ? ' in training' : ''} at ${position}`
      check(
        Math.abs(found - slope) <= 1e-6 * Math.max(1, Math.abs(slope)),
        () => `${name}: ${found}, not ${slope}`,
      )
    }
  }
  for (const each of [value, ...gradients]) each.dispose()
  x.dispose()
}

async function checkTraining(layer: Layer, test: LayerTest): Promise<void> {
  const x = inputFor(test, 'float32')
  const { trainableVariables } = layer
  const before = await Promise.all(trainableVariables.map(({ value }) => value.data()))
  if (trainableVariables.length > 0) {
    const { value, gradients } = variableGradients(() => probe(layer.call(x, TRAINING)), trainableVariables)
    sgd({ learningRate: 0.1 }).apply(gradients, trainableVariables)
    value.dispose()
  }
  for (const [each, variable] of trainableVariables.entries()) {
    const after = await variable.value.data()
    check(
      after.some((value, position) => value !== before[each]?.[position]),
      () => `"${variable.name}" did not change`,
    )
  }
  layer.freeze()
  check(layer.trainableVariables.length === 0, () => 'trainable variables in a frozen layer')
  layer.unfreeze()
  checkSame('trainable variables', [layer.trainableVariables.length], [trainableVariables.length])
  x.dispose()
}

function checkMemory(layer: Layer, test: LayerTest): void {
  const x = inputFor(test, 'float32')
  for (const context of [INFERENCE, TRAINING]) {
    const before = memory().tensors
    const output = layer.call(x, context)
    checkSame('tensors made by a call', [memory().tensors - before], [1])
    output.dispose()
    checkSame('tensors after a call', [memory().tensors], [before])
  }
  x.dispose()
}

function checkSummary(layer: Layer, test: LayerTest): void {
  const { layers, parameters, operations } = describeModule(layer, { inputShape: test.inputShape })
  checkSame('rows of the summary', [layers.length], [1])
  checkSame('output shape in the summary', layers[0]?.outputShape ?? [], test.expectedOutputShape)
  checkSame(
    'parameters and operations in the summary',
    [parameters, operations],
    [test.parameters, test.operations],
  )
}

/**
 * Runs everything that a layer must do.
 *
 * @param make makes the layer with the options given to it
 * @throws Error saying what did not hold
 * @example await runLayerTest((options) => dense(3, options), { inputShape: [4], expectedOutputShape: [3], … })
 */
export async function runLayerTest(make: (options: LayerOptions) => Layer, test: LayerTest): Promise<void> {
  const atFirst = memory().tensors
  const layer = make({ name: 'tested' })
  await checkShapes(layer, test)
  await checkConfiguration(layer, test)
  await checkTraining(layer, test)
  checkMemory(layer, test)
  checkSummary(layer, test)
  layer.dispose()
  checkSame('tensors after dispose', [memory().tensors], [atFirst])
  const precise = make({ name: 'tested', dtype: 'float64' })
  await checkGradients(precise, test, INFERENCE)
  if (test.deterministic !== false) await checkGradients(precise, test, TRAINING)
  precise.dispose()
  checkSame('tensors in the end', [memory().tensors], [atFirst])
}
