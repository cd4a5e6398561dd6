/** The kit tested: every planted fault is found, and found where it was planted. */
import { type Backend, createNullBackend, decorate } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { describe, expect, it } from 'vitest'
import { type Level, nameOf } from '../case.js'
import { runConformance } from '../run.js'
import { FAULTS } from './faults.js'
import { rewriting, withDTypes } from './plant.js'

const DTYPES = ['bool', 'int32', 'float32'] as const

/** Names of the cases that fail, without their level. */
async function failing(backend: Backend, level: Level): Promise<string[]> {
  const results = await runConformance(withDTypes(backend, DTYPES), { only: (each) => each.level === level })
  const failed = results.filter(({ findings }) => findings.length > 0)
  return failed.map(({ case: each }) => nameOf(each).slice(level.length + 1)).sort()
}

describe('a planted fault is found where it is', () => {
  it.each(FAULTS)('$name', { timeout: 120_000 }, async ({ plant, kernels, operations }) => {
    expect(await failing(plant(createCpuBackend()), 'kernel')).toEqual([...kernels].sort())
    if (operations === undefined) return
    expect(await failing(plant(createCpuBackend()), 'operation')).toEqual([...operations].sort())
  })
})

describe('a fault that is everywhere is found everywhere', () => {
  it('strides of 2 read one element too early: every map of stepped views', {
    timeout: 120_000,
  }, async () => {
    const inner = createCpuBackend()
    const early = rewriting(inner, (call) => {
      if (call.kind !== 'map') return call
      const inputs = call.inputs.map((view) =>
        view.strides.at(-1) === 2 ? { ...view, offset: view.offset - 1 } : view,
      )
      return { ...call, inputs }
    })
    const failed = await failing(early, 'kernel')
    expect(failed.every((name) => name.startsWith('map '))).toBe(true)
    expect(failed).toContain('map add float32')
    expect(failed).toContain('map negate int32')
    expect(failed).toContain('map of all ranks bool')
  })

  it('a buffer is never released: every case', { timeout: 120_000 }, async () => {
    const inner = createCpuBackend()
    let count = 0
    const leaking = decorate(inner, {
      release: (buffer) => {
        if (count++ % 7 !== 0) inner.release(buffer)
      },
    })
    const results = await runConformance(withDTypes(leaking, ['float32']), {
      only: ({ subject }) => subject === 'reduce sum' || subject === 'sum',
    })
    expect(results.map(({ findings }) => findings.some((line) => line.includes('stay')))).toEqual(
      results.map(() => true),
    )
  })

  it('a backend that computes nothing fails all but buffers', { timeout: 120_000 }, async () => {
    const backend = withDTypes(createNullBackend(), ['float32'])
    const results = await runConformance(backend, { only: ({ level }) => level === 'kernel' })
    expect(results.length).toBeGreaterThan(50)
    expect(results.filter(({ findings }) => findings.length === 0)).toEqual([])
  })
})
