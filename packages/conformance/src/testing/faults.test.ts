/** The kit tested: every planted fault is found, and found where it was planted. */
import { type Backend, createNullBackend, type DType, decorate } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { describe, expect, it } from 'vitest'
import { type ConformanceCase, type Level, nameOf } from '../case.js'
import { runConformance } from '../run.js'
import { ELEMENTWISE_FAULTS } from './elementwise.js'
import { rewriting, withDTypes } from './plant.js'
import { PREPARED_FAULTS } from './prepared.js'
import { STRUCTURED_FAULTS } from './structured.js'

/** The types that the backends declare; cases of one are run, to be done sooner. */
const DECLARED = ['bool', 'int32', 'float32'] as const
const TIMEOUT = 120_000

const isCaptured = ({ aspect }: ConformanceCase): boolean => aspect?.startsWith('captured') ?? false

/** Subject and aspect of the cases that fail, among those that are captured or among the others. */
async function failing(
  backend: Backend,
  level: Level,
  dtype: DType,
  how: 'eager' | 'captured' = 'eager',
): Promise<string[]> {
  const only = (each: ConformanceCase): boolean =>
    each.level === level && each.dtype === dtype && isCaptured(each) === (how === 'captured')
  const results = await runConformance(withDTypes(backend, DECLARED), { only })
  expect(results.length).toBeGreaterThan(40)
  const failed = results.filter(({ findings }) => findings.length > 0)
  return failed.map(({ case: { subject, aspect } }) => [subject, aspect].filter(Boolean).join(' ')).sort()
}

describe('a planted fault is found where it is', () => {
  it.each([...ELEMENTWISE_FAULTS, ...STRUCTURED_FAULTS])(
    '$name',
    { timeout: TIMEOUT },
    async ({ plant, dtype, kernels, operations, captured = kernels }) => {
      expect(await failing(plant(createCpuBackend()), 'kernel', dtype)).toEqual([...kernels].sort())
      const prepared = captured.map((subject) => `${subject} captured`).sort()
      expect(await failing(plant(createCpuBackend()), 'kernel', dtype, 'captured')).toEqual(prepared)
      if (operations === undefined) return
      expect(await failing(plant(createCpuBackend()), 'operation', dtype)).toEqual([...operations].sort())
    },
  )
})

describe('a fault of prepared programs is found in captured cases only', () => {
  it.each(PREPARED_FAULTS)('$name', { timeout: TIMEOUT }, async ({ plant, kernels, operations }) => {
    // The case of longer programs prepares them as well.
    expect(await failing(plant(createCpuBackend()), 'kernel', 'float32')).toEqual(['programs'])
    expect(await failing(plant(createCpuBackend()), 'operation', 'float32')).toEqual([])
    const failed = await failing(plant(createCpuBackend()), 'kernel', 'float32', 'captured')
    expect(failed).toEqual(kernels === 'all' ? expect.any(Array) : kernels)
    expect(failed.length).toBeGreaterThan(kernels === 'all' ? 50 : 0)
    const captured = await failing(plant(createCpuBackend()), 'operation', 'float32', 'captured')
    expect(captured).toEqual(expect.arrayContaining([...operations]))
  })
})

describe('a fault that is everywhere is found everywhere', () => {
  it('strides of 2 read one element too early: every map of stepped views', {
    timeout: TIMEOUT,
  }, async () => {
    const early = rewriting(createCpuBackend(), (call) => {
      if (call.kind !== 'map') return call
      const inputs = call.inputs.map((view) =>
        view.strides.at(-1) === 2 ? { ...view, offset: view.offset - 1 } : view,
      )
      return { ...call, inputs }
    })
    const failed = await failing(early, 'kernel', 'int32')
    expect(failed.every((name) => name.startsWith('map '))).toBe(true)
    for (const name of ['map add', 'map negate', 'map select', 'map of all ranks'])
      expect(failed).toContain(name)
  })

  it('buffers are not released: every case that allocates', async () => {
    const inner = createCpuBackend()
    let count = 0
    const leaking = decorate(inner, {
      release: (buffer) => {
        if (count++ % 7 !== 0) inner.release(buffer)
      },
    })
    const results = await runConformance(withDTypes(leaking, DECLARED), {
      only: ({ subject, dtype }) => dtype === 'float32' && (subject === 'reduce sum' || subject === 'sum'),
    })
    expect(results.map(({ case: each, findings }) => [nameOf(each), findings.join()])).toEqual([
      ['kernel reduce sum float32', expect.stringContaining('stay behind')],
      ['kernel reduce sum float32 captured', expect.stringContaining('stay behind')],
      ['operation sum float32', expect.stringContaining('stay in memory')],
      ['operation sum float32 captured', expect.stringContaining('stay in memory')],
      ['operation sum float32 gradient', expect.stringContaining('stay in memory')],
      ['operation sum float32 captured gradient', expect.stringContaining('stay in memory')],
    ])
  })

  it('a backend that computes nothing fails every case', { timeout: TIMEOUT }, async () => {
    const backend = withDTypes(createNullBackend(), ['float32'])
    const results = await runConformance(backend, { only: ({ level }) => level === 'kernel' })
    expect(results.length).toBeGreaterThan(50)
    expect(results.filter(({ findings }) => findings.length === 0)).toEqual([])
  })

  it('claiming what is not there fails: a dtype, a synchronous read', { timeout: TIMEOUT }, async () => {
    const inner = createCpuBackend()
    const boastful = decorate(inner, {
      capabilities: { ...inner.capabilities, dtypes: ['float16'] },
      readSync: undefined,
      allocate: (dtype, length) => {
        if (dtype === 'float16') throw new TypeError('float16 is not there after all')
        return inner.allocate(dtype, length)
      },
    })
    const only = ({ subject }: ConformanceCase): boolean => subject === 'buffers' || subject === 'map add'
    const results = await runConformance(boastful, { only })
    expect(results.map(({ findings }) => findings.join('; '))).toEqual([
      expect.stringContaining('synchronousRead is true, but readSync is missing'),
      expect.stringContaining('not there after all'),
      expect.stringContaining('not there after all'),
    ])
  })
})
