/**
 * The `worker` decorator: any backend, run in a worker, with the same interface and the same results. This is the handshake;
 * afterwards client.ts is one side and server.ts the other.
 */
import { BackendError } from '../../errors.js'
import type { BackendOptions, BackendPreference } from '../../registry.js'
import { RemoteBackend, type WorkerBackend } from './client.js'
import { fromErrorData } from './error-data.js'
import { watchLife } from './life.js'
import type { FromWorker, ToWorker } from './messages.js'
import type { Port } from './port.js'

export interface WorkerBackendOptions extends BackendOptions {
  /** Which backend the worker makes, of those that it has; default `'auto'`. */
  readonly backend?: BackendPreference
  /** Milliseconds that the worker has to answer for the first time; default 30,000. */
  readonly startTimeout?: number
}

const FIX = 'see that the file of the worker is where it is looked for, and that it calls serveBackend()'

/**
 * A backend in the worker at the other side of a port, where `serveBackend` was called.
 *
 * @param fix what to do about a worker that doesn't start
 * @throws BackendError if no backend of those asked for can be had there, or the worker doesn't answer.
 * @example
 * const worker = new Worker(new URL('./my-worker.js', import.meta.url), { type: 'module' })
 * const backend = await workerBackend(portOf(worker), { backend: 'wasm' })
 */
export function workerBackend(
  port: Port<FromWorker, ToWorker>,
  { backend: preference = 'auto', startTimeout = 30_000, ...options }: WorkerBackendOptions = {},
  fix = FIX,
): Promise<WorkerBackend> {
  return new Promise((resolve, reject) => {
    let backend: RemoteBackend | undefined
    const settle = (): void => {
      clearTimeout(timer)
      port.hold(false)
    }
    const refuse = (error: Error): void => {
      settle()
      reject(error)
      port.close()
    }
    const doesNotStart = (received: string): void =>
      refuse(new BackendError('workerBackend', { expected: 'a worker that serves a backend', received, fix }))
    const timer = setTimeout(() => doesNotStart(`no answer within ${startTimeout / 1000} s`), startTimeout)
    const receive = (message: FromWorker): void => {
      if (backend !== undefined) backend.connection.receive(message)
      else if (message.kind === 'created') {
        settle()
        backend = new RemoteBackend(port, message)
        if (message.life !== undefined) watchLife(message.life, ended)
        resolve(backend)
      } else if (message.kind === 'refused') refuse(fromErrorData(message.error))
    }
    const ended = (reason: string): void => {
      if (backend !== undefined) backend.connection.fail(reason)
      else doesNotStart(`its end: ${reason}`)
    }
    port.listen(receive, ended)
    port.hold(true)
    port.post({ kind: 'create', preference, options }, [])
  })
}
