/** The composites that this backend claims: softmax and logSoftmax. */
import { type CompositeCall, sizeOf, type View } from '@nabla/backend'
import type { Device } from '../device.js'
import { runRows } from './rows.js'
import { runStrips } from './strips.js'

export function runComposite(device: Device, call: CompositeCall): void {
  const { shape } = call.inputs[0] as View
  if (sizeOf(shape) > 0 && !runRows(device, call)) runStrips(device, call)
}
