/**
 * What `--profile` shows: where the time of an epoch went, as a table and as a trace for a viewer.
 */
import { formatProfile, type ProfileEntry, toChromeTrace } from 'nabla'
import pc from 'picocolors'
import { writeAtomically } from '../checkpoint.js'
import type { Printer } from '../session.js'
import { TRACED_CALLS } from '../settings.js'
import type { ProfiledEpoch } from '../training/epoch-profile.js'

const count = (value: number): string => value.toLocaleString('en-US')

/** How much of it a trace has, where that isn't all. */
function describeCut({ length }: readonly ProfileEntry[]): string | undefined {
  return length > TRACED_CALLS
    ? `the first ${count(TRACED_CALLS)} of ${count(length)} kernel calls`
    : undefined
}

/** The trace of an epoch, cut to a size that viewers open; its name says so if it was. */
export function traceOf({ epoch, entries }: ProfiledEpoch): string {
  const cut = describeCut(entries)
  const name = `mnist, epoch ${epoch}${cut === undefined ? '' : `, ${cut}`}`
  return toChromeTrace(entries.slice(0, TRACED_CALLS), { name })
}

/**
 * Prints the table, even when quiet, since it was asked for, and writes the trace where there is a file for it.
 *
 * @param isQueueing whether the backend returns before the work is done
 */
export async function showProfile(
  profiled: ProfiledEpoch,
  file: string | undefined,
  printer: Printer,
  isQueueing: boolean,
): Promise<void> {
  const { epoch, entries } = profiled
  printer.say()
  console.log(`${pc.bold(`Kernels of epoch ${epoch}`)}\n\n${formatProfile(entries)}`)
  if (isQueueing) printer.say('\nThis backend works on by itself: the times are those of queueing.')
  if (file === undefined) return
  await writeAtomically(file, traceOf(profiled))
  const cut = describeCut(entries)
  printer.say(
    `\nWrote ${cut === undefined ? 'its trace' : `a trace of ${cut}`} to ${file}, for chrome://tracing or https://ui.perfetto.dev.`,
  )
}
