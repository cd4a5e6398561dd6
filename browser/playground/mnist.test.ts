/**
 * The playground with MNIST: by its address, by a sheet of its pictures, by its files. The real files are those of the folder
 * that the variable NABLA_MNIST names; without them, files of the same form are made of built-in digits, and what needs real
 * handwriting is skipped.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { decodeIdx, encodeIdx, generateDigits } from 'nabla'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeInChromium } from '../chromium.js'
import { type Digits, readings, rightOf, sheetOf } from './sheet.js'
import { type Playground, startPlayground } from './site.js'
import { openPanel, percentIn, textOf, visitPlayground } from './visitor.js'

const LIMIT = 120_000
const FOLDER = process.env.NABLA_MNIST ?? ''
/** As many pictures of an IDX file as the page reads. */
const MANY = 60

const NAMES = [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
]

/** Files of MNIST's form, by name. */
function madeFiles(): Map<string, Uint8Array> {
  const sets = [generateDigits({ count: 900, seed: 5 }), generateDigits({ count: 100, seed: 6 })]
  const files = sets.flatMap(({ images, labels }) => [
    encodeIdx({ data: images, shape: [labels.length, 28, 28] }),
    encodeIdx({ data: labels, shape: [labels.length] }),
  ])
  return new Map(files.map((file, position) => [NAMES[position] ?? '', gzipSync(file)]))
}

/** The first pictures of MNIST's test set. */
function realDigits(): Digits {
  const read = (name: string) => decodeIdx(Uint8Array.from(gunzipSync(readFileSync(join(FOLDER, name))))).data
  const images = read('t10k-images-idx3-ubyte.gz').slice(0, 784 * MANY)
  return { images: Uint8Array.from(images), labels: read('t10k-labels-idx1-ubyte.gz').slice(0, MANY) }
}

/** Types the address of the files, and waits until they are there. */
async function loadFrom(page: Page, address: string, facts: string): Promise<void> {
  await page.locator('summary').first().click()
  await page.locator('input[type="url"]').fill(address)
  await page.getByRole('button', { name: 'Download' }).click()
  await expect.poll(() => textOf(page, 'data'), { timeout: 60_000 }).toContain(facts)
}

async function train(page: Page): Promise<number> {
  await page.getByTestId('train').click()
  await page.getByTestId('stop').waitFor()
  await page.getByTestId('more').waitFor()
  return percentIn(await textOf(page, 'accuracy'))
}

/** Drops real pictures as a sheet, then as a file: at least nine of ten are read right. */
async function expectToReadHandwriting(page: Page): Promise<void> {
  const digits = realDigits()
  await openPanel(page, 'draw')
  const drop = page.getByTestId('drop-pictures').locator('input')
  const sheet = await sheetOf(page, digits.images)
  await drop.setInputFiles({ name: 'sheet.png', mimeType: 'image/png', buffer: sheet })
  await expect.poll(() => readings(page), { timeout: 20_000 }).toHaveLength(10)
  expect(rightOf(await readings(page), digits)).toBeGreaterThanOrEqual(9)
  const file = encodeIdx({ data: digits.images, shape: [MANY, 28, 28] })
  await drop.setInputFiles({ name: 'many-idx3-ubyte', mimeType: '', buffer: Buffer.from(file) })
  await expect.poll(() => readings(page), { timeout: 20_000 }).toHaveLength(MANY)
  expect(rightOf(await readings(page), digits)).toBeGreaterThanOrEqual(0.9 * MANY)
}

describeInChromium('the playground with MNIST', (browser) => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground()
    for (const [name, content] of madeFiles()) playground.add(`made/${name}`, content)
    if (FOLDER !== '')
      for (const name of NAMES) playground.add(`real/${name}`, readFileSync(join(FOLDER, name)))
  }, LIMIT)
  afterAll(() => playground[Symbol.asyncDispose]())

  const visit = (hash: string) => visitPlayground(browser(), playground.address, `#/${hash}`)

  test('takes files of its form from an address', { timeout: LIMIT }, async () => {
    await using visitor = await visit('train?model=mlp&epochs=1')
    const { page, errors } = visitor
    await loadFrom(page, `${playground.address}made`, '900 to train on, 100 to test with')
    await train(page)
    expect(await textOf(page, 'epoch')).toBe('1.0')
    expect(errors).toEqual([])
  })

  test('says what is missing at an address', { timeout: LIMIT }, async () => {
    await using visitor = await visit('train')
    const { page } = visitor
    await page.locator('summary').first().click()
    await page.locator('input[type="url"]').fill(`${playground.address}nowhere`)
    await page.getByRole('button', { name: 'Download' }).click()
    await page.getByText(/nowhere\/: expected train-images-idx3-ubyte\.gz/).waitFor()
  })

  test.skipIf(FOLDER === '')(
    'a convolutional network learns from the real files, and reads handwriting (NABLA_MNIST)',
    { timeout: LIMIT },
    async () => {
      await using visitor = await visit('train?model=cnn&epochs=1&backend=wasm-1')
      const { page, errors } = visitor
      await loadFrom(page, `${playground.address}real`, '60,000 to train on, 10,000 to test with')
      expect(await train(page)).toBeGreaterThan(95)
      await expectToReadHandwriting(page)
      expect(errors).toEqual([])
    },
  )

  test.skipIf(FOLDER === '')(
    'a convolutional network that learns from built-in digits reads handwriting (NABLA_MNIST)',
    { timeout: LIMIT },
    async () => {
      await using visitor = await visit('train?model=cnn&epochs=4&backend=wasm-1')
      const { page, errors } = visitor
      await train(page)
      await expectToReadHandwriting(page)
      expect(errors).toEqual([])
    },
  )
})
