/**
 * The worker's side: makes a backend when it is told which, runs batches of operations on it, and answers.
 */
import type { Backend, Capabilities } from '../../backend.js'
import type { TypedArray } from '../../dtype.js'
import type { BackendChoice, BackendOptions, BackendPreference } from '../../registry.js'
import { toErrorData } from './error-data.js'
import { Interpreter } from './interpreter.js'
import { showLife } from './life.js'
import { type BatchMessage, type FromWorker, type ToWorker, transferable } from './messages.js'
import type { Port } from './port.js'
import { nextTask } from './tasks.js'
import { WordReader } from './words.js'

/** How a worker makes the backend that it is asked for; `createBackend` is one. */
export type CreateBackend = (preference: BackendPreference, options: BackendOptions) => Promise<BackendChoice>

/** Milliseconds after which messages are looked at, among them one that cancels. */
const SLICE = 8

interface Batch {
  readonly words: WordReader
  readonly data: readonly TypedArray[]
}

class Server {
  #backend: Backend | undefined
  #interpreter: Interpreter | undefined
  #capabilities: Capabilities | undefined
  readonly #queue: Batch[] = []
  #isWorking = false
  /** How many batches at the head of the queue are to be dropped, and who asked for that. */
  #drops = 0
  #cancels: number[] = []

  constructor(
    private readonly port: Port<ToWorker, FromWorker>,
    private readonly create: CreateBackend,
  ) {}

  readonly receive = (message: ToWorker): void => {
    switch (message.kind) {
      case 'create':
        void this.#make(message.preference, message.options)
        break
      case 'batch':
        this.#enqueue(message)
        break
      case 'cancel':
        this.#drops = this.#queue.length
        this.#cancels.push(message.request)
        void this.#work()
        break
      case 'dispose':
        void this.end()
    }
  }

  async #make(preference: BackendPreference, options: BackendOptions): Promise<void> {
    try {
      const { backend, passedOver } = await this.create(preference, options)
      const { name, capabilities } = backend
      this.#backend = backend
      this.#capabilities = capabilities
      this.#interpreter = new Interpreter(backend, this.#answer)
      const life = await showLife()
      this.port.post(
        { kind: 'created', name, capabilities, passedOver, ...(life !== undefined && { life }) },
        [],
      )
    } catch (error) {
      this.port.post({ kind: 'refused', error: toErrorData(error) }, [])
    }
  }

  #enqueue({ words, data = [], names }: BatchMessage): void {
    if (names !== undefined) this.#interpreter?.names.add(names)
    this.#queue.push({ words: new WordReader(words), data })
    void this.#work()
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return
    this.#isWorking = true
    try {
      await this.#runAll()
    } catch (error) {
      this.port.post({ kind: 'broken', error: toErrorData(error) }, [])
    }
    this.#isWorking = false
  }

  /** Runs everything that has come; messages that come meanwhile are received in between. */
  async #runAll(): Promise<void> {
    await nextTask()
    let until = performance.now() + SLICE
    for (;;) {
      if (this.#drops === 0) this.#confirmCancel()
      const [batch] = this.#queue
      if (batch === undefined) return
      const { words, data } = batch
      while (!words.isAtEnd) {
        // Before and not after an operation: a batch that was run as a whole is known to be before its reads are answered.
        if (performance.now() >= until) {
          await nextTask()
          until = performance.now() + SLICE
        }
        const interpreter = this.#interpreter
        if (interpreter === undefined) return
        interpreter.step(words, data, this.#drops > 0)
      }
      this.#queue.shift()
      if (this.#drops > 0) this.#drops -= 1
      this.#confirm()
    }
  }

  #confirm(): void {
    const backend = this.#backend
    if (backend === undefined) return
    const { capabilities } = backend
    const isNew = capabilities !== this.#capabilities
    this.#capabilities = capabilities
    const { pooledBytes } = backend.memory()
    this.port.post({ kind: 'done', pooledBytes, ...(isNew && { capabilities }) }, [])
  }

  #confirmCancel(): void {
    const interpreter = this.#interpreter
    if (this.#cancels.length === 0 || interpreter === undefined) return
    for (const request of this.#cancels.splice(0)) {
      this.port.post({ kind: 'cancelled', request, kernels: interpreter.dropped }, [])
      interpreter.dropped = 0
    }
  }

  readonly #answer = async (request: number, answer: Promise<TypedArray | undefined>): Promise<void> => {
    try {
      const data = await answer
      if (data === undefined) this.port.post({ kind: 'answer', request }, [])
      else {
        const own = data.byteLength === data.buffer.byteLength ? data : data.slice()
        this.port.post({ kind: 'answer', request, data: own }, transferable(own))
      }
    } catch (error) {
      this.port.post({ kind: 'failure', request, error: toErrorData(error) }, [])
    }
  }

  /** Ends the backend, and says so. */
  async end(): Promise<void> {
    const backend = this.#backend
    this.#backend = undefined
    this.#interpreter = undefined
    this.#queue.length = 0
    try {
      await backend?.dispose()
    } finally {
      this.port.post({ kind: 'disposed' }, [])
      this.port.hold(false)
    }
  }
}

/**
 * Serves a backend to the other side of a port. Call it in the worker.
 *
 * @param create makes the backend that was asked for
 * @example
 * import { createBackend, portOf, serveBackend } from '@nabla/backend'
 *
 * serveBackend(portOf(self), createBackend) // parentPort in Node
 */
export function serveBackend(port: Port<ToWorker, FromWorker>, create: CreateBackend): void {
  const server = new Server(port, create)
  port.listen(server.receive, () => void server.end())
}
