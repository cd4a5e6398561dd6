/**
 * The playground on every backend that its page offers: a network learns from nothing, until it reads at least 95 of 100
 * built-in digits that it has not seen.
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeInChromium } from '../chromium.js'
import { type Playground, startPlayground } from './site.js'
import { openPanel, percentIn, textOf, untilPercent, visitPlayground } from './visitor.js'

/** Minutes on WebGPU in software, more where others want the processor too. */
const LIMIT = 400_000

let playground: Playground
beforeAll(async () => {
  playground = await startPlayground()
}, LIMIT)
afterAll(() => playground[Symbol.asyncDispose]())

/** Trains that are gone on with, where two epochs weren't enough: sums are in another order on each backend. */
const MOST_TRAINS = 3

/** The accuracy is that of all 1,000 test digits, after the last step. */
async function expectToLearn(browser: Browser, backend: string, label: string): Promise<void> {
  const settings = `model=small&epochs=2&rate=0.015&seed=2&falling=yes&backend=${backend}`
  await using visitor = await visitPlayground(browser, playground.address, `#/train?${settings}`)
  const { page, errors } = visitor
  let accuracy = 0
  for (let train = 0; train < MOST_TRAINS && accuracy < 95; train++) {
    await page.getByTestId(train === 0 ? 'train' : 'more').click()
    await page.getByTestId('stop').waitFor()
    await page.getByTestId('more').waitFor({ timeout: LIMIT })
    expect(await textOf(page, 'pace-note')).toBe(label)
    expect(await textOf(page, 'epoch')).toBe('2.0')
    accuracy = percentIn(await textOf(page, 'accuracy'))
  }
  expect(accuracy).toBeGreaterThanOrEqual(95)
  await openPanel(page, 'inspect')
  await page.getByTestId('program').waitFor()
  expect(errors).toEqual([])
}

describeInChromium('the playground on a backend', (browser) => {
  test.each([
    ['cpu', 'cpu'],
    ['wasm-1', 'wasm'],
    ['wasm', 'wasm × 2'],
  ])('%s learns', { timeout: LIMIT }, (backend, label) => expectToLearn(browser(), backend, label))
})

describeInChromium(
  'the playground on WebGPU',
  (browser) => {
    test('learns', { timeout: LIMIT }, () => expectToLearn(browser(), 'webgpu-software', 'webgpu'))

    test('goes on with what another backend began, and times each kernel on the device', {
      timeout: LIMIT,
    }, async () => {
      const settings = 'model=small&pictures=500&epochs=50&falling=no&backend=wasm-1'
      await using visitor = await visitPlayground(browser(), playground.address, `#/train?${settings}`)
      const { page, errors } = visitor
      await page.getByTestId('train').click()
      await untilPercent(page, 'accuracy-note', 90)
      await page.locator('input[name="backend"][value="webgpu-software"]').check()
      await expect.poll(() => textOf(page, 'pace-note'), { timeout: 60_000 }).toBe('wasm → webgpu')
      const moved = await textOf(page, 'epoch')
      await expect.poll(() => textOf(page, 'epoch'), { timeout: 60_000 }).not.toBe(moved)
      expect(percentIn(await textOf(page, 'accuracy-note'))).toBeGreaterThan(80)
      await page.getByTestId('stop').click()
      await page.getByTestId('more').waitFor()

      await openPanel(page, 'inspect')
      await page.getByTestId('program').waitFor()
      expect(await textOf(page, 'time')).toMatch(/ ms$/)
      // Queueing takes some microseconds; the convolutions take software milliseconds.
      const times = await page
        .locator('.kernels tbody tr:has-text("conv2d") td:nth-child(5)')
        .allTextContents()
      expect(Math.max(...times.map(Number))).toBeGreaterThan(1000)
      expect(errors).toEqual([])
    })
  },
  { webgpu: true },
)
