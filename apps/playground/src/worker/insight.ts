/**
 * A network from inside: the filters of its first layer, and what each layer makes of one picture.
 */
import { type Sequential, scope, softmax, type Tensor, tensorFrom } from 'nabla'
import type { Activation, Insight, Sheet } from '../protocol.js'

const SIDE = 28
/** Pictures shown of one layer, and filters of the first, at most. */
const MOST = 32
const MOST_FILTERS = 36

/** Pictures that lie side by side in the last axis, taken apart: [height, width, count] becomes [count, height, width]. */
function separate(
  data: ArrayLike<number>,
  [height, width, count]: readonly [number, number, number],
  most = MOST,
): Sheet {
  const shown = Math.min(count, most)
  const pixels = height * width
  const result = new Float32Array(shown * pixels)
  for (let picture = 0; picture < shown; picture++)
    for (let pixel = 0; pixel < pixels; pixel++)
      result[picture * pixels + pixel] = data[pixel * count + picture] ?? 0
  return { count: shown, height, width, data: result }
}

/** The weights of the first layer that has any, as pictures of what it looks for. */
async function filtersOf(model: Sequential): Promise<Sheet> {
  const kernel = model.variables[0]
  if (kernel === undefined) return { count: 0, height: 0, width: 0, data: new Float32Array(0) }
  const values = await kernel.value.data()
  const [first = 0, second = 0, , filters = 0] = kernel.shape
  if (kernel.shape.length === 4) return separate(values, [first, second, filters], MOST_FILTERS)
  return separate(values, [SIDE, SIDE, second], MOST_FILTERS)
}

/** Vectors are shown as a single row of pixels. */
function sheetOf(shape: readonly number[], data: ArrayLike<number>): Sheet {
  const [height = 1, width = 1, count = 1] = shape
  if (shape.length === 3) return separate(data, [height, width, count])
  return { count: 1, height: 1, width: data.length, data: Float32Array.from(data) }
}

/** Layers that change nothing to look at. */
const SILENT = new Set(['flatten', 'dropout', 'batchNormalization'])
/** Those that belong to the layer before: what it gives is looked at after them. */
const FINISHING = new Set(['batchNormalization', 'activation'])

export async function insightOf(
  model: Sequential,
  sample: Uint8Array<ArrayBuffer>,
  truth: number,
): Promise<Insight> {
  const backend = model.variables[0]?.backend
  const outputs: { readonly layer: string; readonly tensor: Tensor }[] = []
  const probabilities = scope(() => {
    let x: Tensor = tensorFrom(
      Float32Array.from(sample, (value) => value / 255),
      [1, SIDE, SIDE, 1],
      backend && { backend },
    )
    let name = ''
    for (const [position, layer] of model.layers.entries()) {
      x = layer.call(x)
      if (!FINISHING.has(layer.kind)) name = layer.name
      const next = model.layers[position + 1]
      const isFinished = next === undefined || !FINISHING.has(next.kind)
      if (isFinished && !SILENT.has(layer.kind)) outputs.push({ layer: name, tensor: x.keep() })
    }
    return softmax(x)
  })
  const activations: Activation[] = []
  for (const { layer, tensor } of outputs) {
    const shape = tensor.shape.slice(1)
    activations.push({ layer, shape, ...sheetOf(shape, await tensor.data()) })
    tensor.dispose()
  }
  const values = [...(await probabilities.data())]
  probabilities.dispose()
  return { sample, truth, filters: await filtersOf(model), activations, probabilities: values }
}
