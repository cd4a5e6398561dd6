/**
 * What went wrong on the device. It says so late, when calls that build on the failed one are long queued. So every call
 * has a date, and an error is kept with the dates of the calls that may have suffered from it: the next read or
 * `synchronize` throws it, and so does, from then on, whoever uses or reads what those calls wrote.
 */
import { BackendError, DeviceLostError, type NablaError } from '@nabla/backend'

interface Failure {
  /** Dates of the first and the last call that may have suffered. */
  readonly from: number
  readonly to: number
  readonly error: NablaError
  /** Its place among those of the same date: what comes first is the cause of what follows. */
  readonly order: number
}

/** The order of errors that came without a scope: what they are about may have failed before. */
const UNSCOPED = Number.POSITIVE_INFINITY

/** The failure that explains the others. */
function cause(failures: readonly Failure[]): Failure | undefined {
  const rank = ({ from, order }: Failure): number => (order === UNSCOPED ? order : from)
  return [...failures].sort((a, b) => rank(a) - rank(b) || a.order - b.order)[0]
}

/** What an error scope gives: nothing, or an error and the kind of scope that caught it. */
export interface Caught {
  readonly filter: GPUErrorFilter
  readonly message: string
  /** The object that the device gave. */
  readonly error: GPUError
}

type Explained = NablaError | undefined | Promise<NablaError | undefined>

/** Failures that are remembered one by one; earlier ones are remembered as one. */
const REMEMBERED = 64

const FILTERS: readonly GPUErrorFilter[] = ['validation', 'out-of-memory', 'internal']

async function firstOf(scopes: readonly Promise<GPUError | null>[]): Promise<Caught | undefined> {
  const errors = await Promise.all(scopes)
  for (const [position, error] of errors.entries()) {
    if (error !== null) return { filter: FILTERS[position] ?? 'validation', message: error.message, error }
  }
  return undefined
}

export class Failures {
  readonly #device: GPUDevice
  #date = 0
  #order = 0
  /** Up to this date all checks have come back. */
  #verified = 0
  readonly #checks = new Set<Promise<void>>()
  /** Those that nobody was told of yet. */
  #latched: Failure[] = []
  #doubts: Failure[] = []
  #end: NablaError | undefined

  constructor(device: GPUDevice) {
    this.#device = device
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault()
      const error = deviceError('webgpu', { filter: 'validation', message: event.error.message })
      this.latch(this.#verified + 1, error, UNSCOPED)
    })
    device.lost.then(
      ({ reason, message }) => this.end(lostError(reason, message)),
      () => {},
    )
  }

  /** The date of the last call. */
  get date(): number {
    return this.#date
  }

  /** A new date, for a call that begins. */
  begin(): number {
    this.#date += 1
    return this.#date
  }

  /** From now on nothing works any more: the device is lost or was disposed. The first reason counts. */
  end(error: NablaError): void {
    this.#end ??= error
  }

  get isEnded(): boolean {
    return this.#end !== undefined
  }

  /** @throws the reason why nothing works any more, if that is so */
  requireAlive(): void {
    if (this.#end !== undefined) throw this.#end
  }

  /** Does something on the device under error scopes. */
  attempt<T>(action: () => T): { readonly value: T; readonly caught: Promise<Caught | undefined> } {
    for (const filter of FILTERS) this.#device.pushErrorScope(filter)
    const value = action()
    // The innermost comes first.
    const scopes = FILTERS.map(() => this.#device.popErrorScope()).reverse()
    return { value, caught: firstOf(scopes) }
  }

  /**
   * Does something on the device; if it fails, that is kept for the next read.
   *
   * @param from the date of the first call that suffers then
   * @param explain makes the error; or nothing, if that was mended
   */
  guard<T>(from: number, action: () => T, explain: (caught: Caught, value: T) => Explained): T {
    this.#order += 1
    const order = this.#order
    const { value, caught } = this.attempt(action)
    this.#watch(caught, async (each) => {
      const error = await explain(each, value)
      if (error !== undefined) this.latch(from, error, order)
    })
    return value
  }

  #watch(caught: Promise<Caught | undefined>, onError: (caught: Caught) => Promise<void>): void {
    const check = caught
      .then(
        (each) => each && onError(each),
        // Scopes of a device that was lost; who reads is told of that.
        () => undefined,
      )
      .finally(() => this.#checks.delete(check))
    this.#checks.add(check)
  }

  /** Keeps an error for the next read. @param from the date of the first call that suffers from it */
  latch(from: number, error: NablaError, order = 0): void {
    const failure = { from, to: Math.max(from, this.#date), error, order }
    this.#latched.push(failure)
    this.#doubts.push(failure)
    if (this.#doubts.length <= REMEMBERED) return
    const [first, second, ...rest] = this.#doubts as [Failure, Failure, ...Failure[]]
    this.#doubts = [
      { ...first, from: Math.min(first.from, second.from), to: Math.max(first.to, second.to) },
      ...rest,
    ]
  }

  /** Resolves when it is known how everything up to now went. */
  async settle(): Promise<void> {
    const date = this.#date
    await Promise.all([...this.#checks])
    this.#verified = Math.max(this.#verified, date)
  }

  /** @throws the first of the errors up to a date that were not thrown yet */
  throwLatched(date: number): void {
    if (this.#latched.length === 0) return
    const first = cause(this.#latched.filter(({ from }) => from <= date))
    this.#latched = this.#latched.filter(({ from }) => from > date)
    if (first !== undefined) throw first.error
  }

  /** The error because of which what was written at a date can't be trusted, if there is one. */
  doubtOf(written: number): NablaError | undefined {
    if (this.#doubts.length === 0 || written === 0) return undefined
    return cause(this.#doubts.filter(({ from, to }) => from <= written && written <= to))?.error
  }

  /** @throws that error */
  requireSound(written: number): void {
    const error = this.doubtOf(written)
    if (error !== undefined) throw error
  }
}

const WHAT: Readonly<Record<GPUErrorFilter, string>> = {
  validation: 'was refused',
  'out-of-memory': 'ran out of memory',
  internal: 'failed in the driver',
}

const FIX: Readonly<Record<GPUErrorFilter, string>> = {
  validation: 'report it with this message: it is a fault of the webgpu backend',
  'out-of-memory': 'use smaller batches or a smaller model, or free what is no longer needed',
  internal: 'update the driver of the GPU, or use the wasm backend',
}

/** An error of the device in the words of Nabla. @param where the operation and its shapes */
export function deviceError(
  where: string,
  { filter, message }: Pick<Caught, 'filter' | 'message'>,
  expected = 'the GPU to do it',
): BackendError {
  const received = `a call that ${WHAT[filter]}: ${message.trim().replaceAll(/\s*\n\s*/g, ' ')}`
  return new BackendError(where, { expected, received, fix: FIX[filter] })
}

function lostError(reason: GPUDeviceLostReason, message: string): DeviceLostError {
  const why = message === '' ? reason : `${reason}: ${message}`
  return new DeviceLostError('webgpu', {
    expected: 'a GPU that answers',
    received: `a device that was lost (${why})`,
    fix: 'make another backend and bring the weights back from a checkpoint, or tell fit how with onDeviceLost',
  })
}

export function disposedError(): BackendError {
  return new BackendError('webgpu', {
    expected: 'a backend in use',
    received: 'one that was disposed',
    fix: 'make another with createWebgpuBackend()',
  })
}
