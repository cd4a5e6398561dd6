/**
 * One visit to a page: it is opened under the headers given, does its work by itself, and reports.
 */
import type { Browser } from 'playwright-core'
import { type Scripts, serve } from './site.js'

export interface VisitOptions {
  readonly scripts: Scripts
  readonly headers?: Readonly<Record<string, string>>
  /** What the page finds in its address after `?`. */
  readonly parameters?: Readonly<Record<string, string>>
}

export interface Visit<Report> {
  readonly report: Report
  /** Errors on the console and uncaught ones. */
  readonly errors: readonly string[]
}

/** A page may compile WebAssembly, and nothing else out of the ordinary. */
export const POLICY = { 'content-security-policy': "script-src 'self' 'wasm-unsafe-eval'" }

/** A page may not even compile WebAssembly. */
export const STRICT_POLICY = { 'content-security-policy': "script-src 'self'" }

/** A page that may share memory between threads. */
export const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

type Outcome<Report> = { readonly report: Report } | { readonly error: string }

/**
 * Opens the page and waits for its report. The page starts by itself: what is started from outside runs with the rights
 * of the debugger, and a policy would not be what is tested.
 */
export async function visit<Report>(
  browser: Browser,
  { scripts, headers = {}, parameters = {} }: VisitOptions,
): Promise<Visit<Report>> {
  const site = await serve(scripts, headers)
  const page = await browser.newPage()
  const errors: string[] = []
  try {
    const gone = new Promise<never>((_, reject) => {
      page.on('crash', () => reject(new Error('the page crashed')))
      page.on('pageerror', (error) => {
        errors.push(String(error))
        reject(new Error(`the page failed: ${error.stack ?? error}`))
      })
    })
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.goto(`${site.address}?${new URLSearchParams(parameters)}`)
    const outcome: Outcome<Report> = JSON.parse(await Promise.race([site.report, gone]))
    if ('error' in outcome) throw new Error(`the page reported: ${outcome.error}`)
    return { report: outcome.report, errors }
  } finally {
    await page.close()
    await site[Symbol.asyncDispose]()
  }
}
