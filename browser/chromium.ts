/**
 * Chromium for the tests: where it is, how it is started, and what happens to the tests where there is none.
 */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import { missingAdapter } from './adapter.js'

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

/**
 * WebGPU on SwiftShader, the software that comes with Chromium, whatever GPU there is. Workgroup memory is not zeroed, as in
 * Node: no kernel reads what it hasn't written, and zeroing a large tile costs SwiftShader a second of compiling.
 */
const WEBGPU_FLAGS = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-dawn-features=disable_workgroup_init',
]

export interface ChromiumOptions {
  /** With WebGPU, in software; default without. */
  readonly webgpu?: boolean
}

/** Whether there is a Chromium to start. */
export const chromiumIsThere = (): boolean => existsSync(EXECUTABLE)

export function startChromium({ webgpu = false }: ChromiumOptions = {}): Promise<Browser> {
  if (!chromiumIsThere()) throw new Error(MISSING)
  // Playwright's own `headless` would add flags for a build of its own.
  return chromium.launch({ executablePath: EXECUTABLE, args: webgpu ? [...FLAGS, ...WEBGPU_FLAGS] : FLAGS })
}

/**
 * A suite of tests that share one browser. Without Chromium, or without the adapter that it should have, they are skipped,
 * and the report says why; in continuous integration that is a failure.
 */
export function describeInChromium(
  name: string,
  body: (browser: () => Browser) => void,
  options: ChromiumOptions = {},
): void {
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
    let missing: string | undefined
    beforeAll(async () => {
      browser = await startChromium(options)
      if (options.webgpu) missing = await missingAdapter(browser)
      if (missing !== undefined && process.env.CI) throw new Error(missing)
      if (missing !== undefined) console.warn(`${name}: skipped, ${missing}`)
    })
    beforeEach(({ skip }) => skip(missing !== undefined, missing))
    afterAll(() => browser?.close())
    body(() => {
      if (browser === undefined) throw new Error('Chromium is not running')
      return browser
    })
  })
}
