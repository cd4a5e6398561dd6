import type { ProfileEntry } from 'nabla'
import { expect, test } from 'vitest'
import { TRACED_CALLS } from '../settings.js'
import { traceOf } from './profile.js'

const call: ProfileEntry = {
  label: 'add',
  kind: 'map',
  shape: '8',
  start: 0,
  microseconds: 1,
  operations: 8,
  bytes: 96,
}

test.each([
  { length: TRACED_CALLS, name: 'mnist, epoch 2' },
  {
    length: TRACED_CALLS + 1,
    name: 'mnist, epoch 2, the first 20,000 of 20,001 kernel calls',
  },
])('a trace of $length calls is called "$name"', ({ length, name }) => {
  const entries = Array.from({ length }, (_, start) => ({ ...call, start }))
  const { traceEvents } = JSON.parse(traceOf({ epoch: 2, entries }))
  expect(traceEvents[0]).toMatchObject({ name: 'process_name', args: { name } })
  expect(traceEvents).toHaveLength(2 + TRACED_CALLS)
  expect(traceEvents.at(-1)).toMatchObject({ ph: 'X', ts: TRACED_CALLS - 1 })
})
