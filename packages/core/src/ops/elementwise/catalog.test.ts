import { describe, expect, test } from 'vitest'
import { elementwiseOperations, elementwiseSamples } from './catalog.js'
import * as families from './index.js'

const operations = elementwiseOperations()
const named = (name: string) => operations.filter((each) => each.name === name)

describe('the catalogue', () => {
  test('has a row for every exported operation', () => {
    const exported = Object.keys(families).filter((name) => name !== 'cast')
    expect([...new Set(operations.map(({ functionName }) => functionName))].sort()).toEqual(exported.sort())
  })

  test('names each once, with both forms of gelu', () => {
    const names = operations.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(named('gelu')[0]?.functionName).toBe('gelu')
    expect(named('gelu (tanh)')[0]?.functionName).toBe('gelu')
  })

  test('finds out what is differentiable', () => {
    expect(named('mul')[0]?.differentiable).toEqual([true, true])
    expect(named('where')[0]?.differentiable).toEqual([false, true, true])
    expect(named('floor')[0]?.differentiable).toEqual([false])
    expect(named('less')[0]?.differentiable).toEqual([false, false])
    expect(named('bitwiseAnd')[0]?.differentiable).toEqual([false, false])
  })

  test('samples inside the domain and away from kinks', () => {
    for (const operation of operations) {
      const points = elementwiseSamples(operation, 12)
      expect(points).toHaveLength(12)
      for (const point of points) {
        expect(point).toHaveLength(operation.arity)
        point.forEach((value, operand) => {
          const [low, high] = operation.domain[operand] ?? [0, 0]
          expect(value).toBeGreaterThanOrEqual(low)
          expect(value).toBeLessThanOrEqual(high)
        })
        for (const kink of operation.kinks) expect(Math.abs((point[0] ?? 0) - kink)).toBeGreaterThan(0.05)
      }
    }
  })
})
