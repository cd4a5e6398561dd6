/**
 * Tests of the whole workspace. They import the TypeScript sources of the sibling packages through the
 * `@nabla/source` export condition, so nothing has to be built first. Pages of the documentation can be imported too.
 */
import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { executablePages } from './docs/runner/plugin.js'
import { ForTwoProcessors } from './vitest.sequence.js'
import { bundledWorkers } from './vitest.workers.js'

// SwiftShader, which comes with Chromium, is the GPU of the tests. The Vulkan loader reads the environment of the process,
// which workers can't change.
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json'
if (process.env.VK_ICD_FILENAMES === undefined && existsSync(swiftShader))
  process.env.VK_ICD_FILENAMES = swiftShader

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
    sequence: { sequencer: ForTwoProcessors },
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
