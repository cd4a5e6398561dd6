/**
 * Chromium for the tests: where it is, how it is started, and what happens to the tests where there is none.
 */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, test } from 'vitest'

/** The variable `CHROMIUM` names another executable than the one of Debian's package. */
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium'

const MISSING = `there is no Chromium at ${EXECUTABLE}; install it (apt-get install chromium), or name it in the variable CHROMIUM`

/** A browser that nothing leaves: no updates, no synchronization, no other traffic of its own. */
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** Whether there is a Chromium to start. */
export const chromiumIsThere = (): boolean => existsSync(EXECUTABLE)

export function startChromium(): Promise<Browser> {
  if (!chromiumIsThere()) throw new Error(MISSING)
  // Playwright's own `headless` would add flags for a build of its own.
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS })
}

/**
 * A suite of tests that share one browser. Without Chromium they are skipped, and the report says why; in continuous
 * integration that is a failure.
 */
export function describeInChromium(name: string, body: (browser: () => Browser) => void): void {
  if (!chromiumIsThere()) {
    if (process.env.CI) {
      test(name, () => {
        throw new Error(MISSING)
      })
    } else {
      console.warn(`${name}: skipped, ${MISSING}`)
      test.skip(name)
    }
    return
  }
  describe(name, () => {
    let browser: Browser | undefined
    beforeAll(async () => {
      browser = await startChromium()
    })
    afterAll(() => browser?.close())
    body(() => {
      if (browser === undefined) throw new Error('Chromium is not running')
      return browser
    })
  })
}
