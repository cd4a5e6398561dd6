/**
 * A network of the playground learns from nothing on a backend, until it reads at least 95 of 100 built-in digits that it has
 * not seen.
 */
import type { Browser } from 'playwright-core'
import { expect } from 'vitest'
import { openPanel, percentIn, textOf, visitPlayground } from './visitor.js'

/** Minutes on WebGPU in software, more where others want the processor too. */
export const PATIENCE = 900_000

/** Trains that are gone on with, where two epochs weren't enough: sums are in another order on each backend. */
const MOST_TRAINS = 3

/** The accuracy is that of all 1,000 test digits, after the last step. */
export async function expectToLearn(
  browser: Browser,
  address: string,
  backend: string,
  label: string,
): Promise<void> {
  const settings = `model=small&epochs=2&rate=0.015&seed=2&falling=yes&backend=${backend}`
  await using visitor = await visitPlayground(browser, address, `#/train?${settings}`)
  const { page, errors } = visitor
  let accuracy = 0
  for (let train = 0; train < MOST_TRAINS && accuracy < 95; train++) {
    await page.getByTestId(train === 0 ? 'train' : 'more').click()
    await page.getByTestId('stop').waitFor()
    await page.getByTestId('more').waitFor({ timeout: PATIENCE })
    expect(await textOf(page, 'pace-note')).toBe(label)
    expect(await textOf(page, 'epoch')).toBe('2.0')
    accuracy = percentIn(await textOf(page, 'accuracy'))
  }
  expect(accuracy).toBeGreaterThanOrEqual(95)
  await openPanel(page, 'inspect')
  await page.getByTestId('program').waitFor()
  expect(errors).toEqual([])
}
