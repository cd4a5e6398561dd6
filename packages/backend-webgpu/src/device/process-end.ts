/**
 * Devices when a process of Node ends. Dawn's threads may be at work for them still, on things that the process takes down
 * meanwhile: now and then it crashed, also in the middle of `process.exit(0)`. So devices are destroyed first, which waits for
 * those threads.
 */
import { type Node, node } from './gpu.js'

type Device = Pick<GPUDevice, 'destroy' | 'lost'>

/** Weak: who drops a device without destroying it doesn't keep it for good. */
const open = new Set<WeakRef<Device>>()
const heard = new WeakSet<Node>()

function destroyAll(): void {
  for (const device of open) device.deref()?.destroy()
  open.clear()
}

/** Destroys a device when the process ends, if it lives until then. */
export function endWithProcess(device: Device, process: Node | undefined = node()): void {
  if (process?.once === undefined) return
  const kept = new WeakRef(device)
  open.add(kept)
  // Destroyed ones are lost, too.
  device.lost.then(
    () => open.delete(kept),
    () => {},
  )
  if (heard.has(process)) return
  heard.add(process)
  process.once('exit', destroyAll)
}
