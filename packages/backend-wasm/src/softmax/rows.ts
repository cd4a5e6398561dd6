/**
 * softmax and logSoftmax in one kernel, where rows of float32 lie together: it goes through all of a row before the next, so
 * that memory is read and written once, and threads share the rows in one go.
 */
import { type CompositeCall, sizeOf, type View } from '@nabla/backend'
import type { Device } from '../device.js'
import { buildNest, orderByStride, placeView } from '../nest.js'
import { writeRowKernel } from './row-kernel.js'

/** What an element costs in additions: exp, and what is done besides. */
const OPERATIONS = 10

const areRows = ({ dtype, shape, strides }: View, axis: number): boolean =>
  dtype === 'float32' && (strides[axis] === 1 || shape[axis] === 1)

/** Runs the call, if it is such a one. */
export function runRows(device: Device, call: CompositeCall): boolean {
  const { inputs, outputs, name } = call
  const [source, target] = [inputs[0] as View, outputs[0] as View]
  const axis = call.attributes.axis as number
  if (!areRows(source, axis) || !areRows(target, axis)) return false
  const { shape } = source
  const views = [source, target].map(placeView)
  const others = shape.map((_, each) => each).filter((each) => each !== axis)
  const { lengths, strides } = buildNest(shape, views, orderByStride(views, others))
  const kernel = device.kernel(`${name}${lengths.length}`, (...given) => {
    writeRowKernel(name, lengths.length, ...given)
  })
  const length = shape[axis] as number
  const writer = device.arguments()
  writer.words([length, ...lengths])
  views.forEach(({ address }, i) => {
    writer.words([address, ...(strides[i] as readonly number[])])
  })
  device.run(kernel, { steps: sizeOf(lengths), elementsPerStep: length, operations: OPERATIONS })
  return true
}
