/**
 * The verified download of MNIST from several mirrors: the first that delivers wins, the others stand by, and all
 * transfers together have one deadline.
 */
import type { Bytes } from '../bytes/gzip.js'
import { DataError, reasonOf } from '../errors.js'
import { canVerify, verifyFile } from './checksum.js'
import { type Connection, connect, delay, type Fetch } from './connection.js'
import type { MnistFile } from './files.js'
import { Patience } from './patience.js'

/** How far a download has come. */
export interface MnistProgress {
  readonly loadedBytes: number
  readonly totalBytes: number
}

export interface DownloadOptions {
  readonly mirrors: readonly string[]
  readonly fetch: Fetch
  readonly timeoutMilliseconds: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: MnistProgress) => void) | undefined
  /** Called with every file that has been verified, e.g. to cache it even if another one fails. */
  readonly onFile: (file: MnistFile, bytes: Bytes) => Promise<void>
}

/** What the transfers of one download share. */
interface Transfer {
  readonly options: DownloadOptions
  readonly signal: AbortSignal
  /** Counts bytes for the deadline and for the progress report; 0 starts a file over. */
  readonly report: (file: MnistFile, loaded: number, added: number) => void
}

/** A mirror gets this part of the patience for itself before the next one is asked too. */
const HEAD_START = 0.1
/** A transfer that was alive is given up after this part of the patience, so that another mirror still has a chance. */
const STALL = 0.5

function host(mirror: string): string {
  return URL.canParse(mirror) ? new URL(mirror).host : mirror
}

/** Waits for a mirror's turn: at once for the first, else when the one before has failed or had its head start. */
async function yourTurn(
  before: Promise<Connection> | undefined,
  headStart: number,
  signal: AbortSignal,
): Promise<void> {
  if (before === undefined) return
  const failure = new Promise<void>((resolve) => {
    before.catch(resolve)
  })
  const elapsed = new AbortController()
  const waiting = delay(headStart, AbortSignal.any([signal, elapsed.signal]))
  await Promise.race([failure, waiting]).finally(() => elapsed.abort())
}

/**
 * Asks the mirrors one after another, the next when one has failed or used up its head start; gives the first
 * whose data begins to flow and drops the others.
 */
async function race(mirrors: readonly string[], file: MnistFile, transfer: Transfer): Promise<Connection> {
  const { fetch, timeoutMilliseconds } = transfer.options
  const attempts: { readonly stop: AbortController; readonly connection: Promise<Connection> }[] = []
  for (const mirror of mirrors) {
    const stop = new AbortController()
    const signal = AbortSignal.any([transfer.signal, stop.signal])
    const turn = yourTurn(attempts.at(-1)?.connection, HEAD_START * timeoutMilliseconds, signal)
    attempts.push({ stop, connection: turn.then(() => connect(mirror, file.name, fetch, signal)) })
  }
  const winner = await Promise.any(attempts.map(({ connection }) => connection))
  // The losers stop where they are; one that opened at the same moment is closed.
  attempts.forEach(({ stop, connection }, index) => {
    if (mirrors[index] === winner.mirror) return
    stop.abort()
    connection.then((late) => late.close()).catch(() => undefined)
  })
  return winner
}

/** One verified file, from whichever mirror delivers it whole. */
async function fetchFile(file: MnistFile, transfer: Transfer): Promise<Bytes> {
  const { signal, options, report } = transfer
  const reasons: string[] = []
  let mirrors = options.mirrors
  while (mirrors.length > 0) {
    const connection = await race(mirrors, file, transfer).catch((thrown: unknown) => {
      signal.throwIfAborted()
      const errors: unknown[] = thrown instanceof AggregateError ? thrown.errors : [thrown]
      reasons.push(...mirrors.map((mirror, index) => `${host(mirror)}: ${reasonOf(errors[index])}`))
    })
    if (connection === undefined) break
    try {
      let loaded = 0
      const onBytes = (added: number) => {
        loaded += added
        report(file, loaded, added)
      }
      const bytes = await connection.readAll(onBytes, STALL * options.timeoutMilliseconds)
      await verifyFile(file, bytes)
      return bytes
    } catch (thrown) {
      connection.close()
      signal.throwIfAborted()
      report(file, 0, 0)
      reasons.push(`${host(connection.mirror)}: ${reasonOf(thrown)}`)
      mirrors = mirrors.filter((mirror) => mirror !== connection.mirror)
    }
  }
  throw new DataError(`mnist ${file.name}`, {
    expected: `the file from ${options.mirrors.map(host).join(' or ')}`,
    received: reasons.join('; ') || 'no mirror to ask',
    fix: 'check the network, or put the four MNIST files into a folder and name it as the source',
  })
}

/** Adds up the progress of all files. */
function progressReport(
  files: readonly MnistFile[],
  patience: Patience,
  options: DownloadOptions,
): Transfer['report'] {
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const loadedOf = new Map<MnistFile, number>()
  return (file, loaded, added) => {
    if (added > 0) patience.progress(added)
    // A server that decompresses on the way sends more bytes than the file has.
    loadedOf.set(file, Math.min(loaded, file.bytes))
    const loadedBytes = [...loadedOf.values()].reduce((sum, bytes) => sum + bytes, 0)
    options.onProgress?.({ loadedBytes, totalBytes })
  }
}

/**
 * Downloads `files` at once, each verified by its checksum.
 *
 * @returns the files' bytes by name
 * @throws DataError with the reason of each mirror; the signal's reason if it is aborted
 */
export async function downloadFiles(
  files: readonly MnistFile[],
  options: DownloadOptions,
): Promise<ReadonlyMap<string, Bytes>> {
  if (!canVerify()) {
    throw new DataError('mnist', {
      expected: 'Web Crypto, to verify the download',
      received: 'a page that is not secure, which has no Web Crypto',
      fix: 'serve the page over https or from localhost',
    })
  }
  const stop = new AbortController()
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal])
  const seconds = options.timeoutMilliseconds / 1000
  const patience = new Patience(options.timeoutMilliseconds, () => {
    const received = `no data for ${seconds} second${seconds === 1 ? '' : 's'}`
    stop.abort(new DataError('mnist', { expected: 'data to flow', received, fix: 'check the network' }))
  })
  const transfer: Transfer = { options, signal, report: progressReport(files, patience, options) }
  const saving: Promise<void>[] = []
  const fetchAndSave = async (file: MnistFile) => {
    const bytes = await fetchFile(file, transfer)
    saving.push(options.onFile(file, bytes))
    return [file.name, bytes] as const
  }
  try {
    return new Map(await Promise.all(files.map(fetchAndSave)))
  } finally {
    patience.stop()
    stop.abort()
    await Promise.all(saving)
  }
}
