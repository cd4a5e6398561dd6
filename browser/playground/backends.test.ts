/**
 * The playground learns on every backend that its page offers without a GPU.
 */
import { afterAll, beforeAll, test } from 'vitest'
import { describeInChromium } from '../chromium.js'
import { expectToLearn, PATIENCE } from './learning.js'
import { type Playground, startPlayground } from './site.js'

describeInChromium('the playground on a backend', (browser) => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground()
  }, PATIENCE)
  afterAll(() => playground[Symbol.asyncDispose]())

  test.each([
    ['cpu', 'cpu'],
    ['wasm-1', 'wasm'],
    ['wasm', 'wasm × 2'],
  ])('%s learns', { timeout: PATIENCE }, (backend, label) =>
    expectToLearn(browser(), playground.address, backend, label),
  )
})
