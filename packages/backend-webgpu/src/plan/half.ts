/** Writing one float16 element where two share a word: shaders can, the host can't. */
import type { Buffer } from '@nabla/backend'
import { integerText, mainText, wordText } from '../wgsl/module.js'
import { DispatchBuilder } from './dispatch-builder.js'
import type { KernelPlan } from './plan.js'

/** @param bits of the element */
export function planHalf(buffer: Buffer, position: number, bits: number): KernelPlan {
  const dispatch = new DispatchBuilder('write')
  const target = dispatch.buffer(buffer, 'f16', 'read_write')
  const index = dispatch.integers([position, bits])
  const body = (): string =>
    mainText(
      { invocations: 1 },
      `  b${target}[${integerText(index)}] = bitcast<vec2<f16>>(${wordText(index + 1)}).x;`,
    )
  return [dispatch.build({ key: 'write half', body, invocations: 1 }, 1)]
}
