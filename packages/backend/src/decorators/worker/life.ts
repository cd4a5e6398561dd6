/**
 * A sign of life: browsers don't tell when a worker ends by itself, for example when its memory runs out, but they free the
 * locks that it held. So a worker holds one as long as it lives, and the other side waits for it.
 */

/** Nothing where there are no locks: in Node, which tells, and on pages that are not secure. */
const locks = (): LockManager | undefined => globalThis.navigator?.locks

/** Shows from now on that this thread lives; resolves to the name under which that is seen, if it can be. */
export async function showLife(): Promise<string | undefined> {
  const name = `nabla worker ${Date.now()} ${Math.random()}`
  const isShown = await new Promise<boolean>((resolve) => {
    const held = locks()?.request(name, () => {
      resolve(true)
      return new Promise(() => {})
    })
    if (held === undefined) resolve(false)
    // Where a page has no origin that could own locks.
    else held.catch(() => resolve(false))
  })
  return isShown ? name : undefined
}

/** Calls `ended` when the thread that shows its life under this name is gone. */
export function watchLife(name: string, ended: (reason: string) => void): void {
  locks()
    ?.request(name, () => ended('it ended without an error, which browsers do when memory runs out'))
    .catch(() => {})
}
