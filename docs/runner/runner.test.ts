/**
 * The runner of the documentation itself: what it takes for an example, and that it notices a page that is wrong.
 */

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { examplesOf } from './extract.js'
import { pageSource } from './page.js'
import { keepsPromise, runPage } from './run.js'
import { typeErrors } from './typecheck.js'

const fence = '```'
const page = (...blocks: [language: string, code: string][]): string =>
  ['# A page', ...blocks.map(([language, code]) => `${fence}${language}\n${code}\n${fence}`)].join('\n\n')

test('a text block right after an example is its output, one after other words is not', () => {
  const [first, second] = examplesOf(
    `${page(['ts', '1'], ['text ±0.5', 'one'], ['ts', '2'])}\n\nwords\n\n${fence}text\ntwo\n${fence}`,
  )
  expect(first?.output).toEqual({ text: 'one', tolerance: 0.5 })
  expect(second?.output).toBeUndefined()
})

test('blocks in unknown languages and unclosed ones are mistakes', () => {
  expect(() => examplesOf(page(['typescript', '1']))).toThrow('line 3: a block of "typescript"')
  expect(() => examplesOf(`${fence}ts\nnever closed`)).toThrow('line 1: the block is never closed')
  expect(() => examplesOf(page(['ts', '1'], ['text roughly', '1']))).toThrow('a tolerance such as ±0.01')
})

test('examples keep the lines that they have on the page', () => {
  const markdown = page(['ts', 'const a = 1\nconst b = 2'], ['ts', 'a + b'])
  const source = pageSource(markdown).split('\n')
  markdown.split('\n').forEach((text, at) => {
    if (/^(const|a)/.test(text)) expect(source[at]).toBe(text)
  })
})

test('what each example prints is told apart', async () => {
  const markdown = page(['ts', 'console.log(1, [2])'], ['sh', 'ls'], ['ts', "console.log('two')"])
  const script = new Function(pageSource(markdown).replace('export {}', ''))
  const printed = await runPage(markdown, async () => script())
  expect(printed.map(({ text }) => text)).toEqual(['1 [ 2 ]\n', 'two\n'])
})

test('an example that throws is named by its line', async () => {
  const markdown = page(['ts', '1'], ['ts', "throw new Error('so what')"])
  const script = new Function(pageSource(markdown).replace('export {}', ''))
  await expect(runPage(markdown, async () => script())).rejects.toThrow(
    'the example at line 7 failed: so what',
  )
})

test('output is compared exactly, or within the tolerance that the page states', () => {
  expect(keepsPromise('loss 0.25\n', { text: 'loss 0.25', tolerance: 0 })).toBe(true)
  expect(keepsPromise('loss 0.26\n', { text: 'loss 0.25', tolerance: 0 })).toBe(false)
  expect(keepsPromise('a very long line\n', { text: 'a very\n  long line', tolerance: 0 })).toBe(true)
  expect(keepsPromise('loss 0.26\n', { text: 'loss 0.25', tolerance: 0.02 })).toBe(true)
  expect(keepsPromise('loss 0.28\n', { text: 'loss 0.25', tolerance: 0.02 })).toBe(false)
  expect(keepsPromise('cost 0.25\n', { text: 'loss 0.25', tolerance: 0.02 })).toBe(false)
})

test('type errors and casts are found, with their line', { timeout: 120_000 }, () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const path = join(root, 'docs', 'wrong.md')
  const markdown = page(['ts', "const count: number = 'three'"], ['ts', 'const other = count as unknown'])
  const messages = typeErrors(root, new Map([[path, markdown]])).get(path)
  expect(messages).toEqual([
    "line 4: Type 'string' is not assignable to type 'number'.",
    'line 8: examples need no cast, but here is a cast',
  ])
})
