/**
 * The playground on WebGPU, in software: it learns, goes on with what another backend began, and times kernels.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeInChromium } from '../chromium.js'
import { expectToLearn, PATIENCE } from './learning.js'
import { type Playground, startPlayground } from './site.js'
import { openPanel, percentIn, textOf, untilPercent, visitPlayground } from './visitor.js'

describeInChromium(
  'the playground on WebGPU',
  (browser) => {
    let playground: Playground
    beforeAll(async () => {
      playground = await startPlayground()
    }, PATIENCE)
    afterAll(() => playground[Symbol.asyncDispose]())

    test('learns', { timeout: PATIENCE }, () =>
      expectToLearn(browser(), playground.address, 'webgpu-software', 'webgpu'),
    )

    test('goes on with what another backend began, and times each kernel on the device', {
      timeout: PATIENCE,
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
