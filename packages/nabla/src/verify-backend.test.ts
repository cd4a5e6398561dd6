/** The numeric checks as a user runs them. */
import { decorate } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { expect, test } from 'vitest'
import { verifyBackend } from './verify-backend.js'

test('checks a backend by name for as long as it may, float32 first, and prints the table', async () => {
  const lines: string[] = []
  const found = await verifyBackend('cpu', { seconds: 1, print: (text) => lines.push(text) })
  expect(found.passed).toBe(true)
  expect(found.cases).toBeGreaterThan(10)
  expect(found.cases).toBeLessThanOrEqual(found.available)
  expect(lines[0]).toMatch(/^cpu \(.*\): \d+ of \d+ cases pass/)
})

test('finds what a backend computes wrong, and leaves it alive', async () => {
  const inner = createCpuBackend()
  const wrong = decorate(inner, {
    run: (call) => inner.run(call.kind === 'reduce' ? { ...call, operation: 'maximum' } : call),
  })
  const { passed, failures } = await verifyBackend(wrong, { seconds: 2, print: () => {} })
  expect(passed).toBe(false)
  expect(failures.join()).toContain('reduce')
  expect(inner.allocate('float32', 1).length).toBe(1)
})
