/**
 * Every TypeScript example of the documentation is executed and type-checked: the tutorial, the guides, and the
 * READMEs of the repository and of all packages. The blocks of a page share one scope and run in order; the `text`
 * block after an example is what it prints.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { examplesOf } from './runner/extract.js'
import { brokenLinks } from './runner/links.js'
import { findPages } from './runner/pages.js'
import { keepsPromise, runPage } from './runner/run.js'
import { typeErrors } from './runner/typecheck.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = new Map(
  findPages(root).map((page): [string, string] => [page, readFileSync(join(root, page), 'utf8')]),
)
const withExamples = [...pages].filter(([, markdown]) => examplesOf(markdown).length > 0)

// A page works by itself: nothing that another one set, registered or seeded is there.
beforeEach(() => {
  vi.resetModules()
})

describe('examples run and print what the page says', () => {
  test.each(withExamples)('%s', { timeout: 120_000 }, async (page, markdown) => {
    for (const { example, text } of await runPage(markdown, () => import(join(root, page)))) {
      if (example.output === undefined || keepsPromise(text, example.output)) continue
      expect(text.trimEnd(), `${page}, line ${example.line}`).toBe(example.output.text)
    }
  })
})

test('examples have no type errors and need no casts', { timeout: 120_000 }, () => {
  const absolute = new Map(withExamples.map(([page, markdown]) => [join(root, page), markdown]))
  const found = [...typeErrors(root, absolute)].flatMap(([page, messages]) =>
    messages.map((message) => `${page.slice(root.length)} ${message}`),
  )
  expect(found).toEqual([])
})

test('every package shows an example', () => {
  const readmes = [...pages].filter(([page]) => page.endsWith('README.md') && !page.startsWith('docs'))
  const bare = readmes.filter(([, markdown]) => examplesOf(markdown).length === 0).map(([page]) => page)
  expect(readmes.length).toBeGreaterThanOrEqual(10)
  expect(bare).toEqual([])
})

test('links between pages lead somewhere', () => {
  expect([...pages].flatMap(([page, markdown]) => brokenLinks(root, page, markdown))).toEqual([])
})
