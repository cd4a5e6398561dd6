/**
 * Ports: the one way in which both sides talk, over whatever the platform has: a Worker or MessagePort of the web, the global
 * object of a worker, or a Worker or MessagePort of Node.
 */

export interface Port<Incoming, Outgoing> {
  post(message: Outgoing, transfer: readonly ArrayBuffer[]): void
  /** Starts listening; `ended` is called with a phrase when nothing more will come. */
  listen(receive: (message: Incoming) => void, ended: (reason: string) => void): void
  /** Whether a process waits for what is still to come, or may end. */
  hold(isAwaited: boolean): void
  /** Ends the worker where the port is one. */
  close(): void
}

/** A `Worker`, a `MessagePort`, or the global object of a worker, on the web. */
export interface WebEndpoint<Incoming> {
  postMessage(message: unknown, options: { transfer: ArrayBuffer[] }): void
  addEventListener(type: 'message', listener: (event: MessageEvent<Incoming>) => void): void
  addEventListener(type: string, listener: (event: Event) => void): void
  start?(): void
  close?(): void
  terminate?(): void
}

/** A `Worker`, a `MessagePort`, or `parentPort`, of Node's worker_threads. */
export interface NodeEndpoint<Incoming> {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void
  on(event: 'message', listener: (message: Incoming) => void): unknown
  on(event: 'error' | 'messageerror', listener: (error: Error) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  on(event: 'close', listener: () => void): unknown
  ref?(): void
  unref?(): void
  close?(): void
  terminate?(): unknown
}

export type Endpoint<Incoming> = WebEndpoint<Incoming> | NodeEndpoint<Incoming>

const UNREADABLE = 'a message could not be read'

/** Ends a worker, or closes a port. */
function end<Incoming>(endpoint: Endpoint<Incoming>): void {
  if (endpoint.terminate !== undefined) void endpoint.terminate()
  else endpoint.close?.()
}

function nodePort<Incoming, Outgoing>(endpoint: NodeEndpoint<Incoming>): Port<Incoming, Outgoing> {
  return {
    post: (message, transfer) => endpoint.postMessage(message, transfer),
    listen(receive, ended) {
      endpoint.on('message', receive)
      endpoint.on('error', ({ message }) => ended(message))
      endpoint.on('messageerror', () => ended(UNREADABLE))
      endpoint.on('exit', (code) => ended(`it ended with exit code ${code}`))
      endpoint.on('close', () => ended('its port was closed'))
    },
    hold(isAwaited) {
      if (isAwaited) endpoint.ref?.()
      else endpoint.unref?.()
    },
    close: () => end(endpoint),
  }
}

function webPort<Incoming, Outgoing>(endpoint: WebEndpoint<Incoming>): Port<Incoming, Outgoing> {
  return {
    post: (message, transfer) => endpoint.postMessage(message, { transfer: [...transfer] }),
    listen(receive, ended) {
      endpoint.addEventListener('message', ({ data }) => receive(data))
      endpoint.addEventListener('messageerror', () => ended(UNREADABLE))
      endpoint.addEventListener('error', (event) => {
        const message = 'message' in event && typeof event.message === 'string' ? event.message : ''
        ended(message === '' ? 'its file could not be loaded' : message)
      })
      endpoint.addEventListener('close', () => ended('its port was closed'))
      endpoint.start?.()
    },
    hold() {},
    close: () => end(endpoint),
  }
}

/**
 * A port over a worker, a message port, or, within a worker, `self` or `parentPort`.
 *
 * @example const port = portOf(new Worker(new URL('./my-worker.js', import.meta.url), { type: 'module' }))
 */
export function portOf<Incoming, Outgoing>(endpoint: Endpoint<Incoming>): Port<Incoming, Outgoing> {
  return 'on' in endpoint ? nodePort(endpoint) : webPort(endpoint)
}
