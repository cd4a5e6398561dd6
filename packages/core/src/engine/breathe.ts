/**
 * Letting the event loop run now and then: reads await it, so that a training loop leaves room for input, timers and
 * the finalisers of collected tensors, which never run between microtasks. And letting a device catch up that works on by
 * itself, so that what is queued for it stays little.
 */
import type { Backend } from '@nabla/backend'
import { watchRecent } from './storage.js'

const INTERVAL_MILLISECONDS = 50

let last = 0

type Schedule = (callback: () => void) => void

function schedule(callback: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: Schedule }
  if (setImmediate !== undefined) {
    setImmediate(callback)
    return
  }
  // A message is delivered as a task at once; timers would wait at least 4 ms.
  const channel = new MessageChannel()
  channel.port1.onmessage = () => {
    channel.port1.close()
    callback()
  }
  channel.port2.postMessage(0)
}

/**
 * Resolves at once, or, when the event loop hasn't run for a while, after it has.
 *
 * @param backend what the loop computes on: resolves no sooner than it has room for more
 */
export async function breathe(backend?: Backend): Promise<void> {
  const room = backend?.room?.()
  if (room !== undefined) await room
  const now = performance.now()
  if (now - last < INTERVAL_MILLISECONDS) return
  watchRecent()
  await new Promise<void>(schedule)
  last = performance.now()
}
