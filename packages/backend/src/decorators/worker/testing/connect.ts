/**
 * For the tests of the worker decorator: both sides in one thread, with a channel between them, and the null backend as what
 * is served, changed at will.
 */
import type { Backend } from '../../../backend.js'
import { expressions as e } from '../../../expr/expressions.js'
import { input } from '../../../expr/node.js'
import type { MapCall } from '../../../kernel.js'
import { createNullBackend, type NullBackend } from '../../../null-backend.js'
import { type Buffer, rowMajorLayout, type View } from '../../../view.js'
import { decorate } from '../../decorate.js'
import type { WorkerBackend } from '../client.js'
import { workerBackend } from '../handshake.js'
import type { FromWorker, ToWorker } from '../messages.js'
import { type Port, portOf } from '../port.js'
import { serveBackend } from '../server.js'

export interface Connection extends AsyncDisposable {
  readonly remote: WorkerBackend
  /** What is served, without the changes. */
  readonly inner: NullBackend
  /** Messages to the worker so far, by kind. */
  readonly posted: Record<string, number>
  /** Ends the worker as an accident does. */
  crash(reason: string): void
}

/** @param change makes the served backend of the null backend */
export async function connect(
  change: (inner: Backend) => Partial<Backend> = () => ({}),
): Promise<Connection> {
  const { port1, port2 } = new MessageChannel()
  const inner = createNullBackend()
  serveBackend(portOf<ToWorker, FromWorker>(port2), async () => ({
    // With its getters.
    backend: Object.defineProperties(decorate(inner, {}), Object.getOwnPropertyDescriptors(change(inner))),
    passedOver: [],
  }))
  const port = portOf<FromWorker, ToWorker>(port1)
  const posted: Record<string, number> = {}
  let crash: (reason: string) => void = () => {}
  const watched: Port<FromWorker, ToWorker> = {
    ...port,
    post(message, transfer) {
      posted[message.kind] = (posted[message.kind] ?? 0) + 1
      port.post(message, transfer)
    },
    listen(receive, ended) {
      crash = ended
      port.listen(receive, ended)
    },
  }
  const remote = await workerBackend(watched)
  return {
    remote,
    inner,
    posted,
    crash: (reason) => crash(reason),
    async [Symbol.asyncDispose]() {
      await remote.dispose()
      port2.close()
    },
  }
}

/** A whole buffer. */
export const whole = (buffer: Buffer): View => ({
  buffer,
  dtype: buffer.dtype,
  ...rowMajorLayout([buffer.length]),
})

/** `to = exp(from)`. */
export function exponential(from: Buffer, to: Buffer, label = 'exp'): MapCall {
  return {
    kind: 'map',
    label,
    shape: [to.length],
    expressions: [e.exp(input(0, 'float32'))],
    inputs: [whole(from)],
    scalars: [],
    outputs: [whole(to)],
  }
}
