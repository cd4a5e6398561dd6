/**
 * Copying between strided views of one type, bit for bit: what materialising a transposed or sliced tensor is.
 */
import { bytesPerElement, type DType, input, isContiguous, sizeOf, type View } from '@nabla/backend'
import { startOf } from '../buffer.js'
import type { Device } from '../device.js'
import type { StoredType } from '../emit/access.js'
import { writeWalk } from '../emit/walk.js'
import { writeMapKernel } from '../map/kernel.js'
import { planOf } from '../map/plan.js'
import { buildNest, orderByStride, pacesOf, placeView, tilesOf } from '../nest.js'
import { transpose } from './transpose.js'

/** What elements of some bytes are moved as: without looking at their bits. */
export const MOVED: Readonly<Record<number, readonly [StoredType, DType]>> = {
  1: ['uint8', 'uint8'],
  2: ['raw16', 'int32'],
  4: ['int32', 'int32'],
  8: ['float64', 'float64'],
}

/** Copies a view into another of the same shape and type; they don't overlap, unless they are the same. */
export function copyView(device: Device, source: View, target: View): void {
  const size = sizeOf(target.shape)
  if (size === 0) return
  const bytes = bytesPerElement(target.dtype)
  if (isContiguous(source) && isContiguous(target)) {
    const [from, to] = [startOf(source), startOf(target)]
    device.perform(() => device.memory.views.u8.copyWithin(to, from, from + size * bytes))
    return
  }
  const views = [placeView(source), placeView(target)]
  const axes = target.shape.map((_, axis) => axis)
  const nest = buildNest(target.shape, views, orderByStride(views.slice(1), axes))
  if (transpose(device, nest, views)) return
  const [dtype, computed] = MOVED[bytes] ?? (MOVED[8] as readonly [StoredType, DType])
  for (const part of tilesOf(nest, views)) {
    const paces = pacesOf(part.nest, views)
    const rank = part.nest.lengths.length
    const key = `copy${bytes}${rank}${paces.map((pace) => pace[0]).join('')}`
    const kernel = device.kernel(key, (kit, args, from, to) => {
      const classes = paces.map((pace) => ({ dtype, pace }))
      writeMapKernel(planOf([input(0, computed)]), { kit, args, from, to, rank, classes })
    })
    writeWalk(device.arguments(), part.nest, part.views, paces)
    device.runWalk(kernel, part.nest)
  }
}
