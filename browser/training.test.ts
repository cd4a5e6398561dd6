/**
 * Training in Chromium: it learns, it gives the numbers that Node gives, and it does without WebAssembly where a page's
 * policy forbids that.
 */
import { beforeAll, expect, test } from 'vitest'
import { bundlePage } from './bundle.js'
import { describeInChromium } from './chromium.js'
import type { TrainingReport } from './pages/training.js'
import type { Scripts } from './site.js'
import { trainDigits } from './train-digits.js'
import { ISOLATION, POLICY, STRICT_POLICY, visit } from './visit.js'

function expectClose(values: readonly number[], wanted: readonly number[]): void {
  expect(values).toHaveLength(wanted.length)
  const worst = Math.max(...values.map((value, epoch) => Math.abs(value - (wanted[epoch] ?? Number.NaN))))
  expect(worst).toBeLessThan(1e-3)
}

const pages = [
  ['cpu', 'an ordinary page', POLICY],
  ['wasm', 'an ordinary page', POLICY],
  ['wasm', 'a page isolated from other origins', { ...POLICY, ...ISOLATION }],
  ['worker:wasm', 'an ordinary page', POLICY],
  ['worker:cpu', 'a page that may not compile WebAssembly', STRICT_POLICY],
] as const

/** A backend's name, of how it is asked for. */
const nameOf = (backend: string): string => backend.replace(/^worker:(.*)$/, 'worker($1)')

/** Chromium is started without a GPU. */
const NO_GPU = 'there is WebGPU, but no GPU that it could use (no adapter)'
const NO_WEBASSEMBLY = 'a content security policy that forbids WebAssembly'

describeInChromium('training in Chromium', (browser) => {
  let scripts: Scripts
  beforeAll(async () => {
    scripts = await bundlePage('training')
  })

  test.each(pages)('on %s learns on %s what it learns in Node', async (backend, _, headers) => {
    const parameters = { backend }
    const { report, errors } = await visit<TrainingReport>(browser(), { scripts, headers, parameters })
    expect(errors).toEqual([])
    expect(report.backend).toBe(nameOf(backend))
    const more = headers === STRICT_POLICY ? { wasm: NO_WEBASSEMBLY } : {}
    expect(report.reasons).toEqual({ webgpu: NO_GPU, ...more })
    const [first = Number.NaN, last = Number.NaN] = [report.accuracies[0], report.accuracies.at(-1)]
    expect(last).toBeGreaterThan(first + 0.2)
    expect(report.testAccuracy).toBeGreaterThan(0.6)
    const inNode = await trainDigits(backend)
    expectClose(report.losses, inNode.losses)
    expectClose(report.accuracies, inNode.accuracies)
  })

  test('auto takes wasm', async () => {
    const { report, errors } = await visit<TrainingReport>(browser(), { scripts, headers: POLICY })
    expect(errors).toEqual([])
    expect(report.backend).toBe('wasm')
  })

  test('auto falls back to cpu under a policy without WebAssembly, and the reason is the policy', async () => {
    const { report } = await visit<TrainingReport>(browser(), { scripts, headers: STRICT_POLICY })
    expect(report.backend).toBe('cpu')
    expect(report.testAccuracy).toBeGreaterThan(0.6)
    expect(report.reasons).toEqual({ webgpu: NO_GPU, wasm: NO_WEBASSEMBLY })
    expect(report.description).toContain(`"wasm" was passed over: ${NO_WEBASSEMBLY}`)
    expect(report.refusal).toMatch(/^BackendError: .*content security policy.*'wasm-unsafe-eval'/s)
  })
})

/** As many steps as tell rounding from a mistake: 20 epochs of 10. */
const LONG = { samples: 320, epochs: 20 }

describeInChromium(
  'training on webgpu in Chromium',
  (browser) => {
    test('learns in 200 steps what cpu learns', { timeout: 120_000 }, async () => {
      const scripts = await bundlePage('training')
      const { report, errors } = await visit<TrainingReport>(browser(), {
        scripts,
        // It takes no WebAssembly.
        headers: STRICT_POLICY,
        parameters: { backend: 'webgpu', samples: `${LONG.samples}`, epochs: `${LONG.epochs}` },
      })
      expect(errors).toEqual([])
      expect(report.backend).toBe('webgpu')
      expect(report.testAccuracy).toBeGreaterThan(0.6)
      const onCpu = await trainDigits('cpu', LONG)
      expectClose(report.losses, onCpu.losses)
    })
  },
  { webgpu: true },
)
