/**
 * How `pnpm check` runs the bundlers: by the test runner, but apart from the tests, which don't need built packages.
 */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.check.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
