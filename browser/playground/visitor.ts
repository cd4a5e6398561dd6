/**
 * A visitor of the playground: a page of its own, what it complains about, and the usual movements.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

export interface Visitor extends AsyncDisposable {
  readonly page: Page
  /** Errors on the console and uncaught ones. */
  readonly errors: readonly string[]
  /** Addresses of all that was loaded. */
  readonly loaded: readonly string[]
}

/** Machines that run tests are slow at times. */
const PATIENCE = 90_000

/** What the browser says because visitors have no service worker, which would mix up what is loaded when. */
const BLOCKED = 'Service Worker registration blocked'

/** @param hash what follows `#` in the address */
export async function visitPlayground(
  browser: Browser,
  address: string,
  hash: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: 'en-US',
    serviceWorkers: 'block',
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE)
  const errors: string[] = []
  const loaded: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    const counts = message.type() === 'error' || message.type() === 'warning'
    if (counts && !message.text().includes(BLOCKED)) errors.push(message.text())
  })
  context.on('response', (response) => {
    if (response.url().startsWith('http')) loaded.push(response.url())
  })
  await page.goto(`${address}${hash}`)
  return { page, errors, loaded, [Symbol.asyncDispose]: () => context.close() }
}

export async function textOf(page: Page, testId: string): Promise<string> {
  return (await page.getByTestId(testId).textContent()) ?? ''
}

/** The percentage in a text. */
export const percentIn = (text: string): number => Number(/[\d.]+(?= %)/.exec(text)?.[0] ?? Number.NaN)

/** Waits until a percentage on the page is high enough. */
export async function untilPercent(page: Page, testId: string, least: number): Promise<void> {
  await page.waitForFunction(
    ([id, wanted]) => {
      const text = document.querySelector(`[data-testid="${id}"]`)?.textContent ?? ''
      return Number(/[\d.]+(?= %)/.exec(text)?.[0] ?? 0) >= Number(wanted)
    },
    [testId, least] as const,
    { timeout: PATIENCE, polling: 100 },
  )
}

export async function openPanel(page: Page, name: string): Promise<void> {
  await page.locator(`#tab-${name}`).click()
}

/** Draws with the mouse; places are shares of the drawing area. */
export async function drawStroke(page: Page, places: readonly (readonly [number, number])[]): Promise<void> {
  const pad = page.getByTestId('pad')
  await pad.scrollIntoViewIfNeeded()
  const box = await pad.boundingBox()
  if (box === null) throw new Error('there is nowhere to draw')
  const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const
  const [first, ...rest] = places
  if (first === undefined) return
  await page.mouse.move(...at(first))
  await page.mouse.down()
  for (const place of rest) await page.mouse.move(...at(place), { steps: 6 })
  await page.mouse.up()
}

/** What has no accessible name, of what needs one. */
export async function namelessIn(page: Page): Promise<readonly string[]> {
  const tree = await page.locator('body').ariaSnapshot()
  const needy =
    /^\s*- (button|radio|slider|textbox|combobox|spinbutton|link|img|tab|tabpanel|application)( \[[^\]]*\])*:?$/
  return tree.split('\n').filter((line) => needy.test(line))
}
