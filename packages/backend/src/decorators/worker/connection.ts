/**
 * The calling side's end of a connection: operations go out in batches, requests wait for their answers, and when the worker
 * is gone, everything says so.
 */
import type { Capabilities } from '../../backend.js'
import type { TypedArray } from '../../dtype.js'
import { cancelled, crashed, disposed, type Ending } from './endings.js'
import { fromErrorData } from './error-data.js'
import type { FromWorker, ToWorker } from './messages.js'
import { Outbox } from './outbox.js'
import type { Port } from './port.js'
import { Requests } from './requests.js'
import type { WordWriter } from './words.js'

/** Milliseconds that the worker has for ending in good order. */
const END_TIMEOUT = 1000

export class Connection {
  readonly outbox: Outbox
  /** As the worker told last. */
  capabilities: Capabilities
  pooledBytes = 0
  readonly #port: Port<FromWorker, ToWorker>
  readonly #name: string
  readonly #reads: Requests<TypedArray | undefined>
  readonly #cancels: Requests<number>
  /** Kinds of requests that wait. */
  #awaited = 0
  #ending: Ending | undefined
  #isOver: () => void = () => {}

  constructor(port: Port<FromWorker, ToWorker>, name: string, capabilities: Capabilities) {
    this.#port = port
    this.#name = name
    this.capabilities = capabilities
    this.outbox = new Outbox((message, transfer) => port.post(message, transfer))
    const hold = (areAny: boolean): void => {
      this.#awaited += areAny ? 1 : -1
      port.hold(this.#awaited > 0)
    }
    this.#reads = new Requests(hold)
    this.#cancels = new Requests(hold)
  }

  get isOver(): boolean {
    return this.#ending !== undefined
  }

  /** Begins an operation of the outbox, if that still makes sense. */
  begin(operation: number, where: string): WordWriter {
    if (this.#ending !== undefined) throw this.#ending(where)
    return this.outbox.begin(operation)
  }

  /** An operation that is answered: its words are the number of the request, and those given. */
  request(operation: number, where: string, parameters: readonly number[]): Promise<TypedArray | undefined> {
    const words = this.begin(operation, where)
    const { number, answer } = this.#reads.open()
    words.push(number)
    for (const parameter of parameters) words.push(parameter)
    this.outbox.end()
    this.outbox.flush()
    return answer
  }

  /** Drops what was not begun; resolves to how many kernels that were. */
  cancel(): Promise<number> {
    if (this.#ending !== undefined) throw this.#ending('cancel')
    this.#reads.rejectAll(() => cancelled('read'))
    this.outbox.flush(Number.POSITIVE_INFINITY)
    const { number, answer } = this.#cancels.open()
    this.#port.post({ kind: 'cancel', request: number }, [])
    return answer
  }

  receive(message: FromWorker): void {
    switch (message.kind) {
      case 'done':
        this.pooledBytes = message.pooledBytes
        this.capabilities = message.capabilities ?? this.capabilities
        this.outbox.answered()
        break
      case 'answer':
        this.#reads.resolve(message.request, message.data)
        break
      case 'failure':
        this.#reads.reject(message.request, fromErrorData(message.error))
        break
      case 'cancelled':
        this.#cancels.resolve(message.request, message.kernels)
        break
      case 'broken':
        this.fail(message.error.message)
        break
      case 'disposed':
        this.#isOver()
        break
      case 'created':
      case 'refused':
        break
    }
  }

  /** The worker is gone. */
  fail(reason: string): void {
    this.#isOver()
    if (this.#ending !== undefined) return
    this.#end(crashed(this.#name, reason, this.outbox.lastUnanswered()))
    this.#port.close()
  }

  #end(ending: Ending): void {
    this.#ending = ending
    this.outbox.release()
    this.#reads.rejectAll(() => ending('read'))
    this.#cancels.rejectAll(() => ending('cancel'))
  }

  /** Ends the worker, in good order if it answers in time. */
  async dispose(): Promise<void> {
    if (this.#ending !== undefined) return
    this.#end(disposed)
    this.#port.hold(true)
    let timer: ReturnType<typeof setTimeout> | undefined
    await new Promise<void>((resolve) => {
      this.#isOver = resolve
      timer = setTimeout(resolve, END_TIMEOUT)
      this.#port.post({ kind: 'dispose' }, [])
    })
    clearTimeout(timer)
    this.#port.hold(false)
    this.#port.close()
  }
}
