/**
 * What every command starts with: the backend, the printing, the folders it writes to, and Ctrl-C.
 */
import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import {
  type Backend,
  type Configured,
  configure,
  type ProfiledBackend,
  profile,
  setDefaultBackend,
  ValueError,
} from 'nabla'

/** Prints, or doesn't. */
export interface Printer {
  readonly quiet: boolean
  say(text?: string): void
  /** A line that the next one overwrites; on terminals only. */
  status(text: string): void
}

export function createPrinter(quiet = false): Printer {
  const isLive = !quiet && process.stdout.isTTY === true
  let pending = false
  const clear = (): void => {
    if (pending) process.stdout.write('\r\x1b[K')
    pending = false
  }
  return {
    quiet,
    say(text = '') {
      if (quiet) return
      clear()
      console.log(text)
    },
    status(text) {
      if (!isLive) return
      clear()
      process.stdout.write(text)
      pending = true
    },
  }
}

/** `--backend` as a preference: one name, or several separated by commas. */
function backendFlag(backend: string | undefined): { backend?: string | string[] } {
  if (backend === undefined) return {}
  const names = backend.split(',').map((name) => name.trim())
  return { backend: names.length === 1 && names[0] !== undefined ? names[0] : names }
}

interface BackendFlags {
  readonly backend?: string
  readonly allowSoftware?: boolean
  readonly seed?: number
}

/** Chooses the backend. The seed of the result is what the flags, the environment or a configuration file ask for. */
export function chooseBackend({ backend, seed, allowSoftware }: BackendFlags): Promise<Configured> {
  const flags = {
    ...backendFlag(backend),
    ...(seed !== undefined && { seed }),
    ...(allowSoftware !== undefined && { allowSoftware }),
  }
  return configure({}, { flags })
}

/** The same backend with every kernel call measured, in place of the one that was chosen. */
export function measureBackend(backend: Backend): ProfiledBackend {
  const measured = profile(backend)
  setDefaultBackend(measured)
  return measured
}

/** Makes a folder ready to write to, before anything long is begun. @throws ValueError naming the flag */
export async function prepareFolder(flag: string, folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
  } catch (error) {
    throw new ValueError(
      flag,
      {
        expected: 'a folder that can be written to',
        received: `${folder} (${error instanceof Error ? error.message : String(error)})`,
        fix: `choose another with ${flag}`,
      },
      { cause: error },
    )
  }
}

/** A path as an argument in a shell. */
export function asArgument(path: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

/** Runs something with a signal that Ctrl-C raises; a second Ctrl-C ends the program at once. */
export async function interruptible<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  try {
    return await action(controller.signal)
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}
