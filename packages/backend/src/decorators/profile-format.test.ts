import { describe, expect, it } from 'vitest'
import type { ProfileEntry } from './profile.js'
import { formatProfile, gigabytesPerSecondOf, gigaflopsOf } from './profile-format.js'

const add: ProfileEntry = {
  label: 'add',
  kind: 'map',
  shape: '1000×1000',
  start: 0,
  microseconds: 1000,
  operations: 1e6,
  bytes: 4e6,
}

describe('rates', () => {
  it('are billions per second', () => {
    expect(gigaflopsOf(add)).toBe(1)
    expect(gigabytesPerSecondOf(add)).toBe(4)
  })

  it('are nothing where no time was measured', () => {
    expect(gigaflopsOf({ ...add, microseconds: 0 })).toBeUndefined()
    expect(gigabytesPerSecondOf({ ...add, microseconds: 0 })).toBeUndefined()
  })
})

describe('formatProfile', () => {
  it('sums calls of one label and kind into one row, the costliest first', () => {
    const table = formatProfile([
      add,
      { ...add, kind: 'gather', label: 'take', microseconds: 0, operations: 0 },
      { ...add, kind: 'contract', label: 'matmul', microseconds: 5000, operations: 2.5e9 },
      { ...add, kind: 'reduce', microseconds: 1000, operations: 0 },
      add,
    ])
    expect(table).toMatchInlineSnapshot(`
      "kernel           calls    ms    share  GFLOP/s  GB/s
      contract matmul      1  5.00   62.5 %   500.00  0.80
      map add              2  2.00   25.0 %     1.00  4.00
      reduce add           1  1.00   12.5 %        –  4.00
      gather take          1  0.00    0.0 %        –     –
      total                5  8.00  100.0 %   312.75  2.50"
    `)
  })

  it('is a head and a total where nothing ran', () => {
    expect(formatProfile([])).toMatchInlineSnapshot(`
      "kernel  calls    ms  share  GFLOP/s  GB/s
      total       0  0.00      –        –     –"
    `)
  })
})
