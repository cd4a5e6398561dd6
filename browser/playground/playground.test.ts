/**
 * The playground in Chromium, driven as a visitor would: every panel, every backend, both languages, by keyboard alone and
 * on a phone.
 */
import { gzipSync } from 'node:zlib'
import { encodeIdx, generateDigits } from 'nabla'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeInChromium } from '../chromium.js'
import { faintTexts } from './contrast.js'
import { readings, rightOf, sheetOf } from './sheet.js'
import { type Playground, startPlayground } from './site.js'
import {
  drawStroke,
  namelessIn,
  openPanel,
  percentIn,
  textOf,
  untilPercent,
  visitPlayground,
} from './visitor.js'

const LIMIT = 120_000
const FIRST_LOAD = 250_000

/** Little data, which a network learns quickly. */
const QUICK = 'model=mlp&pictures=500&epochs=50&batch=32&rate=0.003'

/** Names, contrast, and nothing beyond the edge. */
async function expectAccessible(page: Page, where: string): Promise<void> {
  expect(await namelessIn(page), where).toEqual([])
  expect(await page.evaluate(faintTexts), where).toEqual([])
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow, where).toBeLessThanOrEqual(0)
}

describeInChromium('the playground', (browser) => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground()
  }, LIMIT)
  afterAll(() => playground[Symbol.asyncDispose]())

  const visit = (hash: string, options = {}) =>
    visitPlayground(browser(), playground.address, `#/${hash}`, options)

  test('loads little, has backends with reasons, and complains of nothing', { timeout: LIMIT }, async () => {
    await using visitor = await visit('train')
    const { page, errors, loaded } = visitor
    await page.getByTestId('samples').waitFor()
    const sizes = loaded.map((url) => playground.compressedSize(url))
    const total = sizes.reduce((sum, size) => sum + size, 0)
    expect(total).toBeGreaterThan(50_000)
    expect(total).toBeLessThanOrEqual(FIRST_LOAD)
    expect(loaded.some((url) => url.endsWith('.js') && url.includes('main'))).toBe(true)
    const options = await page.getByTestId('backends').getByRole('radio').count()
    expect(options).toBeGreaterThanOrEqual(4)
    expect(errors).toEqual([])
  })

  test('a network is trained, watched, moved, drawn for, inspected, saved and loaded', {
    timeout: LIMIT,
  }, async () => {
    await using visitor = await visit('train?model=cnn&backend=wasm-1&epochs=20')
    const { page, errors } = visitor
    await page.getByTestId('train').click()
    await page.getByTestId('confusion').waitFor()
    await page.getByTestId('filters').waitFor()
    await page.getByTestId('activations').waitFor()

    // Moved to another backend and back, with the same weights: it goes on as well as it was.
    await untilPercent(page, 'accuracy-note', 75)
    await page.getByTestId('pause').click()
    const before = percentIn(await textOf(page, 'accuracy-note'))
    await page.locator('input[name="backend"][value="cpu"]').check()
    await page.getByTestId('resume').click()
    await page.waitForFunction(() =>
      document.querySelector('[data-testid="pace-note"]')?.textContent?.endsWith('cpu'),
    )
    await page.locator('input[name="backend"][value="wasm"]').check()
    await page.waitForFunction(() =>
      /wasm × /.test(document.querySelector('[data-testid="pace-note"]')?.textContent ?? ''),
    )
    expect(percentIn(await textOf(page, 'accuracy-note'))).toBeGreaterThan(before - 12)

    await untilPercent(page, 'accuracy', 95)
    await page.getByTestId('stop').click()
    await page.getByTestId('more').waitFor()

    await openPanel(page, 'draw')
    await drawStroke(page, [
      [0.28, 0.25],
      [0.72, 0.25],
      [0.56, 0.55],
      [0.44, 0.85],
    ])
    await expect.poll(() => textOf(page, 'reading'), { timeout: 20_000 }).toBe('7')
    await page.getByTestId('clear').click()
    await drawStroke(page, [
      [0.5, 0.18],
      [0.34, 0.3],
      [0.3, 0.55],
      [0.38, 0.78],
      [0.52, 0.83],
      [0.66, 0.72],
      [0.7, 0.48],
      [0.64, 0.26],
      [0.5, 0.18],
    ])
    await expect.poll(() => textOf(page, 'reading'), { timeout: 20_000 }).toBe('0')

    // Of a set that is not trained on.
    const digits = generateDigits({ count: 10, seed: 77 })
    const drop = page.getByTestId('drop-pictures').locator('input')
    const buffer = await sheetOf(page, digits.images)
    await drop.setInputFiles({ name: 'sheet.png', mimeType: 'image/png', buffer })
    await expect.poll(() => readings(page), { timeout: 20_000 }).toHaveLength(10)
    expect(rightOf(await readings(page), digits)).toBeGreaterThanOrEqual(9)
    const idx = encodeIdx({ data: digits.images, shape: [10, 28, 28] })
    await drop.setInputFiles({ name: 'ten-idx3-ubyte', mimeType: '', buffer: Buffer.from(idx) })
    await expect
      .poll(async () => rightOf(await readings(page), digits), { timeout: 20_000 })
      .toBeGreaterThanOrEqual(9)

    await openPanel(page, 'inspect')
    await page.getByTestId('program').waitFor()
    expect(Number(await textOf(page, 'kernels'))).toBeGreaterThan(10)
    expect(await page.locator('.kernels tbody tr').count()).toBe(Number(await textOf(page, 'kernels')))
    expect(await page.locator('.kernels tbody tr').first().textContent()).toContain('contract')

    await openPanel(page, 'files')
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('save').click()])
    expect(download.suggestedFilename()).toBe('nabla-cnn.safetensors')
    const file = await download.path()
    await page.reload()
    await openPanel(page, 'files')
    await page.getByTestId('drop-model').locator('input').setInputFiles(file)
    await expect.poll(() => textOf(page, 'loaded'), { timeout: 20_000 }).toMatch(/Loaded cnn/)
    await openPanel(page, 'draw')
    await drawStroke(page, [
      [0.28, 0.25],
      [0.72, 0.25],
      [0.56, 0.55],
      [0.44, 0.85],
    ])
    await expect.poll(() => textOf(page, 'reading'), { timeout: 20_000 }).toBe('7')
    expect(errors).toEqual([])
  })

  test('compares backends on one chart', { timeout: LIMIT }, async () => {
    await using visitor = await visit('train?model=mlp&batch=16')
    const { page, errors } = visitor
    await page.getByTestId('samples').waitFor()
    await page.getByTestId('compare').click()
    await page.getByTestId('train').waitFor({ state: 'detached' })
    await page.getByTestId('train').waitFor()
    expect(await page.getByTestId('run').count()).toBeGreaterThanOrEqual(3)
    expect(errors).toEqual([])
  })

  test('takes the files of MNIST, compressed or not', { timeout: LIMIT }, async () => {
    await using visitor = await visit('train?model=mlp&epochs=1')
    const { page, errors } = visitor
    const { images, labels } = generateDigits({ count: 400, seed: 5 })
    const files = [
      {
        name: 'train-images-idx3-ubyte.gz',
        buffer: gzipSync(encodeIdx({ data: images, shape: [400, 28, 28] })),
      },
      { name: 'train-labels-idx1-ubyte', buffer: Buffer.from(encodeIdx({ data: labels, shape: [400] })) },
    ]
    await page
      .getByTestId('drop-mnist')
      .locator('input')
      .setInputFiles(files.map((file) => ({ ...file, mimeType: '' })))
    await expect
      .poll(() => textOf(page, 'data'), { timeout: 20_000 })
      .toContain('340 to train on, 60 to test with')
    await page.getByTestId('train').click()
    await page.getByTestId('more').waitFor()
    expect(await textOf(page, 'epoch')).toBe('1.0')
    expect(errors).toEqual([])
  })

  test('every lesson computes, and can be touched', { timeout: LIMIT }, async () => {
    await using visitor = await visit('learn')
    const { page, errors } = visitor
    await page.locator('#lesson-tensors').waitFor()
    await page.getByLabel('Number of axes').fill('5')
    await expect.poll(() => textOf(page, 'fact-ndim'), { timeout: 20_000 }).toBe('5')
    await page.locator('#lesson-broadcasting').click()
    for (let step = 0; step < 4; step++) await page.getByTestId('next').click()
    await page.getByRole('group', { name: 'a + b' }).waitFor()
    await page.locator('#lesson-products').click()
    expect(await textOf(page, 'sum')).toContain('= 32')
    await page.locator('#lesson-movement').click()
    await page.getByRole('combobox').selectOption('x.transpose([2, 1, 0])')
    await expect.poll(() => textOf(page, 'fact-strides'), { timeout: 20_000 }).toBe('[1, 4, 12]')
    await page.locator('#lesson-descent').click()
    await page.getByTestId('map').waitFor()
    await page.getByTestId('descent').getByText('Adam', { exact: true }).waitFor()
    await page.locator('#lesson-batches').click()
    await page
      .getByTestId('batches')
      .getByText(/1\.\d\d x \+/)
      .first()
      .waitFor()
    await page.locator('#lesson-backpropagation').click()
    await page.getByRole('img', { name: /loss 9, dw -12, db -6/ }).waitFor()
    await page.getByTestId('update').click()
    await page.getByRole('img', { name: /loss 2\.25/ }).waitFor()
    expect(errors).toEqual([])
  })

  test('speaks Chinese to who reads it, and changes language at a click', { timeout: LIMIT }, async () => {
    await using visitor = await visit('', { locale: 'zh-CN' })
    const { page, errors } = visitor
    await page.getByRole('heading', { name: '看一个网络学会认字' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    await page.getByTestId('language').click()
    await page.getByRole('heading', { name: 'Watch a network learn to read' }).waitFor()
    expect(page.url()).toContain('language=en')
    expect(errors).toEqual([])
  })

  test('computes on one thread where the page is not isolated, and says so', { timeout: LIMIT }, async () => {
    await using visitor = await visit('train')
    const { page, errors } = visitor
    await page.route('**/*', async (route) => {
      const response = await route.fetch()
      const headers = Object.entries(response.headers()).filter(([name]) => !name.startsWith('cross-origin'))
      await route.fulfill({ response, headers: Object.fromEntries(headers) })
    })
    await page.goto(`${playground.address}#/train?${QUICK}`)
    await page.reload()
    await page.getByTestId('single-thread').waitFor()
    expect(await page.locator('input[name="backend"][value="wasm"]').isDisabled()).toBe(true)
    expect(await textOf(page, 'backends')).toContain('not cross-origin isolated')
    await page.getByTestId('train').click()
    await untilPercent(page, 'accuracy-note', 90)
    expect(await textOf(page, 'pace-note')).toBe('wasm')
    expect(errors).toEqual([])
  })

  test('works without a network once it was visited', { timeout: LIMIT }, async () => {
    await using visitor = await visit('draw', { serviceWorkers: 'allow' })
    const { page } = visitor
    await page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready
      if (active?.state === 'activated') return
      await new Promise((resolve) => active?.addEventListener('statechange', resolve))
    })
    await page.reload()
    await page.context().setOffline(true)
    await page.reload()
    await page.getByTestId('pad').waitFor()
    await openPanel(page, 'train')
    await page.getByTestId('samples').waitFor()
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
  })

  test('is used by keyboard alone', { timeout: LIMIT }, async () => {
    await using visitor = await visit(`train?${QUICK}&epochs=50`)
    const { page, errors } = visitor
    const { keyboard } = page
    await page.getByTestId('samples').waitFor()
    await keyboard.press('Tab')
    await keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-train')
    const isOnTrain = () =>
      page.evaluate(() => document.activeElement?.getAttribute('data-testid') === 'train')
    for (let presses = 0; presses < 20 && !(await isOnTrain()); presses++) await keyboard.press('Tab')
    expect(await isOnTrain()).toBe(true)
    await keyboard.press('Enter')
    await untilPercent(page, 'accuracy-note', 90)
    await page.locator('#tab-train').focus()
    await keyboard.press('ArrowRight')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-draw')
    await page.getByTestId('drop-pictures').waitFor()
    await page.getByTestId('pad').focus()
    await keyboard.press('Space')
    for (let presses = 0; presses < 12; presses++) await keyboard.press('ArrowDown')
    await expect.poll(() => textOf(page, 'reading'), { timeout: 20_000 }).toBe('1')
    await keyboard.press('Delete')
    await expect.poll(() => textOf(page, 'reading'), { timeout: 20_000 }).toBe('?')
    expect(errors).toEqual([])
  })

  test.each(['light', 'dark'] as const)(
    'has names and contrast everywhere, %s, on a phone too',
    { timeout: LIMIT },
    async (colorScheme) => {
      const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, colorScheme }
      await using visitor = await visit(`train?${QUICK}`, phone)
      const { page, errors } = visitor
      await page.getByTestId('samples').waitFor()
      await expectAccessible(page, 'before training')
      await page.getByTestId('train').click()
      await page.getByTestId('mistakes').waitFor()
      await page.getByTestId('stop').click()
      await page.getByTestId('more').waitFor()
      for (const panel of ['train', 'draw', 'learn', 'inspect', 'files']) {
        await openPanel(page, panel)
        await page.locator('#content h1').waitFor()
        if (panel === 'inspect') await page.getByTestId('program').waitFor()
        await expectAccessible(page, panel)
      }
      expect(errors).toEqual([])
    },
  )
})
