/**
 * A backend in a worker in Chromium: the page stays free while it trains, cancelling works without shared memory, and the
 * death of a worker is noticed, however it dies.
 */
import { expect, test } from 'vitest'
import { bundlePage } from './bundle.js'
import { describeInChromium } from './chromium.js'
import type { WorkerReport } from './pages/in-worker.js'
import { POLICY, visit } from './visit.js'

/** Serves as Nabla's worker does, until the first kernels come. */
const dying = (accident: string): string => `import { serve } from '/nabla-backend-worker.js'
serve()
addEventListener('message', ({ data }) => { if (data.kind === 'batch') { ${accident} } })`

const DEATHS = {
  'close.js': dying('close()'),
  'throw.js': dying(`throw new Error('the driver fell over')`),
  'broken.js': 'import "/nowhere.js"',
}

describeInChromium('a backend in a worker in Chromium', (browser) => {
  test('on wasm', { timeout: 120_000 }, async () => {
    const page = await bundlePage('in-worker')
    const scripts = { ...page, files: new Map([...page.files, ...Object.entries(DEATHS)]) }
    const parameters = { backend: 'worker:wasm', deaths: [...Object.keys(DEATHS), 'missing.js'].join() }
    const { report } = await visit<WorkerReport>(browser(), { scripts, headers: POLICY, parameters })
    expect(report.accuracy).toBeGreaterThan(0.6)
    expect(report.gaps.often).toBeLessThan(50)
    expect(report.cancelled.kernels).toBeGreaterThan(0)
    expect(report.cancelled.error).toMatch(/^CancelledError: read: /)
    expect(report.isUsable).toBe(true)
    expect(report.deaths).toEqual({
      'close.js': expect.stringMatching(/it ended without an error.*the last of them "exp"/),
      'throw.js': expect.stringMatching(/the driver fell over.*the last of them "exp"/),
      'broken.js': expect.stringContaining('its file could not be loaded'),
      'missing.js': expect.stringContaining('its file could not be loaded'),
    })
  })
})
