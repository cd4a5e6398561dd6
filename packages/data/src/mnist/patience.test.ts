import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Patience } from './patience.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Runs a patience of 5 s; `bytesAt` says what comes at each full second. Gives the second at which it ended. */
function endOf(bytesAt: (second: number) => number, until = 1000): number | undefined {
  let second = 0
  let end: number | undefined
  const patience = new Patience(5000, () => {
    end = second
  })
  for (second = 1; second <= until && end === undefined; second++) {
    vi.advanceTimersByTime(1000)
    const bytes = bytesAt(second)
    if (end === undefined && bytes > 0) patience.progress(bytes)
  }
  patience.stop()
  return end
}

describe('Patience', () => {
  it('ends when nothing comes', () => {
    expect(endOf(() => 0)).toBe(5)
  })

  it('ends as early when a few bytes come and then nothing, or a trickle', () => {
    expect(endOf((second) => (second === 4 ? 500 : 0))).toBeLessThanOrEqual(6)
    expect(endOf(() => 100)).toBeLessThanOrEqual(6)
  })

  it('ends after a silence as long, however much came before', () => {
    expect(endOf((second) => (second <= 20 ? 1e6 : 0))).toBe(25)
  })

  it('waits as long as data flows', () => {
    expect(endOf(() => 50_000)).toBeUndefined()
    expect(endOf((second) => (second % 4 === 0 ? 200_000 : 0))).toBeUndefined()
  })

  it('leaves no timer when stopped', () => {
    const onEnd = vi.fn()
    new Patience(5000, onEnd).stop()
    vi.advanceTimersByTime(60_000)
    expect(onEnd).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })
})
