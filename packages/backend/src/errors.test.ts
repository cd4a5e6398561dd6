import { describe, expect, it } from 'vitest'
import {
  AxisError,
  BackendError,
  DTypeError,
  IndexError,
  NablaError,
  ShapeError,
  ValueError,
} from './errors.js'

const explanation = { expected: 'this', received: 'that', fix: 'do so' }

describe('errors', () => {
  it('name the place, what was expected, what came, and a fix', () => {
    const error = new ShapeError('dense "hidden"', explanation)
    expect(error.message).toBe('dense "hidden": expected this; received that. Fix: do so.')
    expect(error.where).toBe('dense "hidden"')
  })

  it.each([ShapeError, DTypeError, ValueError, IndexError, BackendError])(
    '%o is a NablaError under its own name',
    (Kind) => {
      const error = new Kind('add', explanation)
      expect(error).toBeInstanceOf(NablaError)
      expect(error).toBeInstanceOf(Error)
      expect(error.name).toBe(Kind.name)
      expect(String(error)).toBe(`${Kind.name}: ${error.message}`)
    },
  )

  it('keep their cause', () => {
    const cause = new Error('deeper')
    expect(new NablaError('load', explanation, { cause }).cause).toBe(cause)
  })

  it.each([0, 1, 3])('an axis of %i dimensions', (rank) => {
    expect(new AxisError('sum', 5, rank).message).toMatchSnapshot()
  })
})
