/**
 * Tests of the whole workspace. They import the TypeScript sources of the sibling packages through the
 * `@nabla/source` export condition, so nothing has to be built first. Pages of the documentation can be imported too.
 */
import { defineConfig } from 'vitest/config'
import { executablePages } from './docs/runner/plugin.js'
import { bundledWorkers } from './vitest.workers.js'

// Vite's own server-side defaults, after ours.
const conditions = ['@nabla/source', 'module', 'node', 'development|production']

export default defineConfig({
  plugins: [executablePages(), bundledWorkers()],
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@nabla/source', 'node', 'module-sync'] } },
  test: {
    include: ['{packages,apps}/*/src/**/*.test.ts', '{benchmarks,browser,docs,scripts}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'benchmarks/peers/**'],
    pool: 'threads',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    typecheck: {
      enabled: true,
      include: ['packages/*/src/**/*.test-d.ts'],
      tsconfig: './tsconfig.typetests.json',
      // Type errors in ordinary sources are the business of `pnpm check`.
      ignoreSourceErrors: true,
    },
  },
})
