import { expect, test } from 'vitest'
import { DEFAULTS, settingsFrom } from './settings.js'

test('what is given wins over what is saved, and that over the defaults', () => {
  expect(settingsFrom({})).toEqual(DEFAULTS)
  const saved = { data: 'digits', testData: 'mnist', batchSize: 'full', limit: 50, seed: 9 } as const
  expect(settingsFrom({}, saved)).toEqual(saved)
  expect(settingsFrom({ batchSize: 8, seed: undefined }, saved)).toEqual({ ...saved, batchSize: 8 })
})

test('data given anew are tested on themselves', () => {
  const saved = { data: 'digits', testData: 'mnist' }
  expect(settingsFrom({ data: 'pictures' }, saved)).not.toHaveProperty('testData')
  expect(settingsFrom({ data: 'pictures', testData: 'digits' }, saved)).toMatchObject({ testData: 'digits' })
})
