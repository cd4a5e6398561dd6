/** Times by the device's own clock, and profiles made of them. */

import { type Buffer, profile } from '@nabla/backend'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebgpuBackend } from '../backend.js'
import { describeOnGpu, openTestDevice } from '../testing/device.js'
import { planCall } from '../testing/plan-call.js'
import { callOf, planByLabel } from '../testing/plans.js'

describeOnGpu('times', () => {
  let backend: WebgpuBackend
  let x: Buffer
  let y: Buffer
  beforeEach(async () => {
    backend = new WebgpuBackend(await openTestDevice(), planByLabel)
    x = backend.allocate('int32', 1000)
    y = backend.allocate('int32', 1000)
    backend.write(x, new Int32Array(1000).fill(1))
  })
  afterEach(() => backend.dispose())

  it('are those of the device, in the order of the calls', async ({ skip }) => {
    const { timed } = backend
    if (timed === undefined) return skip('this device has no clock')
    const times = await Promise.all([
      timed(callOf('add', [x], [y], [1])),
      timed(callOf('double', [y], [y])),
      timed(callOf('add', [y], [x], [1])),
    ])
    expect((await backend.read(x))[999]).toBe(5)
    for (const { start, end } of times) expect(end).toBeGreaterThanOrEqual(start)
    expect(times.map(({ start }) => start)).toEqual(times.map(({ start }) => start).sort((a, b) => a - b))
    expect(backend.statistics().submits).toBe(2)
  })

  it('are taken for more calls than fit into a submission', async ({ skip }) => {
    if (backend.timed === undefined) return skip('this device has no clock')
    const measured = profile(backend)
    for (let i = 0; i < 300; i++) measured.run(callOf('add', [x], [x], [1]))
    expect((await measured.read(x))[0]).toBe(301)
    const entries = measured.entries()
    expect(entries).toHaveLength(300)
    const total = entries.reduce((sum, { microseconds }) => sum + microseconds, 0)
    expect(total).toBeGreaterThan(0)
    for (const { start, microseconds } of entries)
      expect(microseconds >= 0 && Number.isFinite(start)).toBe(true)
  })

  it('are not there where the device has no clock', async () => {
    const plain = new WebgpuBackend(await openTestDevice({}), planCall)
    expect(plain.timed).toBeUndefined()
    await plain.dispose()
  })
})
