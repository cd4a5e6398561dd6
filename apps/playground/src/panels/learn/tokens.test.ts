import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tokensOf } from './tokens.js'

const kindOf = (code: string, part: string) => tokensOf(code).find(({ text }) => text === part)?.kind

test('loses nothing of any text', () => {
  fc.assert(
    fc.property(fc.string(), (code) => {
      expect(
        tokensOf(code)
          .map(({ text }) => text)
          .join(''),
      ).toBe(code)
    }),
  )
})

test('knows comments, strings, keywords, numbers and calls', () => {
  const code = "const x = tensor([1, 2.5], 'two') // three"
  expect(kindOf(code, 'const')).toBe('keyword')
  expect(kindOf(code, 'tensor')).toBe('call')
  expect(kindOf(code, '2.5')).toBe('number')
  expect(kindOf(code, "'two'")).toBe('string')
  expect(kindOf(code, '// three')).toBe('comment')
})
