import { afterEach, expect, it, vi } from 'vitest'
import { noticed } from './firefox.js'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

it('submits nothing now and then while somebody waits in Firefox, and not after', async () => {
  vi.useFakeTimers()
  vi.stubGlobal('navigator', {
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
  })
  const submit = vi.fn()
  let finish = (_: string): void => {}
  const waiting = noticed({ submit }, new Promise<string>((resolve) => (finish = resolve)))
  await vi.advanceTimersByTimeAsync(20)
  expect(submit).toHaveBeenCalledTimes(5)
  expect(submit).toHaveBeenCalledWith([])
  finish('done')
  expect(await waiting).toBe('done')
  await vi.advanceTimersByTimeAsync(100)
  expect(submit).toHaveBeenCalledTimes(5)
})

it('stops too when the waiting ends in an error', async () => {
  vi.useFakeTimers()
  vi.stubGlobal('navigator', { userAgent: 'Firefox' })
  const submit = vi.fn()
  await expect(noticed({ submit }, Promise.reject(new Error('lost')))).rejects.toThrow('lost')
  await vi.advanceTimersByTimeAsync(100)
  expect(submit).not.toHaveBeenCalled()
})

it('leaves others alone', async () => {
  vi.stubGlobal('navigator', { userAgent: 'Chrome' })
  const submit = vi.fn()
  expect(await noticed({ submit }, Promise.resolve(1))).toBe(1)
  vi.stubGlobal('navigator', undefined)
  expect(await noticed({ submit }, Promise.resolve(2))).toBe(2)
  expect(submit).not.toHaveBeenCalled()
})
