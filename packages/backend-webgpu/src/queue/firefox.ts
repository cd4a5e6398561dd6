/**
 * Firefox notices that work is done only every 100 ms, or when something is submitted (bugzilla 1870699). So while somebody
 * waits there, nothing is submitted, now and then.
 */

/** Milliseconds; browsers don't wait for less. */
const INTERVAL = 4

function isFirefox(): boolean {
  return globalThis.navigator?.userAgent?.includes('Firefox') ?? false
}

/** Waits for `done`, such that it is noticed. */
export async function noticed<T>(queue: Pick<GPUQueue, 'submit'>, done: Promise<T>): Promise<T> {
  if (!isFirefox()) return done
  const timer = setInterval(() => queue.submit([]), INTERVAL)
  try {
    return await done
  } finally {
    clearInterval(timer)
  }
}
