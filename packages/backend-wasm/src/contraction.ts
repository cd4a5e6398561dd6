/**
 * Contractions on a device: the products of contract/, and their epilogues by the map kernel, part by part.
 */
import { type ContractCall, type Layout, sliceLayout, topologicalOrder, type View } from '@nabla/backend'
import { addressOf } from './buffer.js'
import { type ContractContext, Contractions, type OutputPart } from './contract/index.js'
import type { Device } from './device.js'
import { runMap } from './map/map.js'

/** Tables, plans and kernels belong to a device. */
const contractions = new WeakMap<Device, Contractions>()

/** Maps the sums in a part of the output. */
function applyPost(device: Device, call: ContractCall, part: OutputPart | undefined): void {
  const { label, output, post, postInputs = [], scalars } = call
  if (post === undefined) return
  const slice = (view: View): View => {
    if (part === undefined) return view
    const layout: Layout = sliceLayout(view, part.axis, part.start, part.length, 1)
    return { ...view, ...layout }
  }
  const target = slice(output)
  const inputs = [target, ...postInputs.map(slice)]
  runMap(device, {
    kind: 'map',
    label,
    shape: target.shape,
    expressions: [post],
    inputs,
    scalars,
    outputs: [target],
  })
}

function contractionsOf(device: Device): Contractions {
  const known = contractions.get(device)
  if (known !== undefined) return known
  const context: ContractContext = {
    memory: device.memory,
    relaxedSimd: device.choices.relaxed,
    crew: device.pool,
    leastProducts: device.least.products,
    address: (view) => addressOf(view.buffer),
    post: (call, part) => applyPost(device, call, part),
  }
  const made = new Contractions(context)
  contractions.set(device, made)
  return made
}

function usesCoordinates({ post }: ContractCall): boolean {
  return post !== undefined && topologicalOrder([post]).some(({ kind }) => kind === 'index')
}

export function runContract(call: ContractCall, device: Device): void {
  const { post: _, ...sums } = call
  device.perform(() => {
    if (!usesCoordinates(call)) contractionsOf(device).run(call)
    else {
      // Coordinates are those of the whole output.
      contractionsOf(device).run(sums)
      applyPost(device, call, undefined)
    }
  })
}
