/**
 * Letting the event loop run: resolves in a task after those that wait already.
 */

/** Callbacks that a message brings, in order. */
const waiting: (() => void)[] = []
let channel: MessageChannel | undefined

/** Resolves when all messages that have come by now were received. */
export function nextTask(): Promise<void> {
  if ('setImmediate' in globalThis) return new Promise((resolve) => setImmediate(resolve))
  // Timers would wait at least 4 ms.
  return new Promise((resolve) => {
    if (channel === undefined) {
      channel = new MessageChannel()
      channel.port1.onmessage = () => waiting.shift()?.()
    }
    waiting.push(resolve)
    channel.port2.postMessage(0)
  })
}
