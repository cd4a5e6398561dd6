/**
 * What every page of the tests does: its work, from the parameters in its address, and a report to the site.
 */

/** Sends what `work` comes to, or what it failed with. */
export async function report(work: (parameters: URLSearchParams) => Promise<unknown>): Promise<void> {
  let outcome: unknown
  try {
    outcome = { report: await work(new URLSearchParams(location.search)) }
  } catch (error) {
    outcome = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
  await fetch('/report', { method: 'POST', body: JSON.stringify(outcome) })
}
