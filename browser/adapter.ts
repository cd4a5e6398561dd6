/**
 * Whether a browser has an adapter for WebGPU.
 */
import type { Browser } from 'playwright-core'
import { serve } from './site.js'

/** Why there is no adapter in pages of this browser, or nothing if there is one. */
export async function missingAdapter(browser: Browser): Promise<string | undefined> {
  // WebGPU is there in secure contexts only, such as pages of this machine.
  const site = await serve({ entry: 'nothing.js', files: new Map([['nothing.js', '']]) })
  const page = await browser.newPage()
  try {
    await page.goto(site.address)
    const found = await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) != null)
    return found ? undefined : `this Chromium (${browser.version()}) has no adapter for WebGPU`
  } finally {
    await page.close()
    await site[Symbol.asyncDispose]()
  }
}
