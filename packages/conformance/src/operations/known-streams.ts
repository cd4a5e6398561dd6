/**
 * Random streams that were written down once: the same seed must give these very numbers on every backend, in every
 * release. They follow from Threefry-2x32 with the seed as its key and the element's number as its counter.
 */
import type { Capabilities } from '@nabla/backend'
import { Generator, randint, type Tensor, uniform } from '@nabla/core'
import { type ConformanceCase, Findings, formatValues } from '../case.js'
import type { Place } from './operation.js'

interface Stream {
  readonly name: string
  readonly draw: (place: Pick<Place, 'backend'>, generator: Generator) => Tensor
  readonly dtype: 'float32' | 'int32'
  readonly values: readonly number[]
}

const STREAMS: readonly Stream[] = [
  {
    name: 'uniform',
    draw: (place, generator) => uniform([4], { ...place, generator }),
    dtype: 'float32',
    values: [0.4267275333404541, 0.1001582145690918, 0.1964380145072937, 0.391410231590271],
  },
  {
    name: 'randint',
    draw: (place, generator) => randint([4], 0, 2 ** 31 - 1, { ...place, generator }),
    dtype: 'int32',
    values: [1788747852, 50591961, 2080344368, 1004411447],
  },
]

export function knownStreamCases({ dtypes }: Capabilities): ConformanceCase[] {
  return STREAMS.filter(({ dtype }) => dtypes.includes(dtype)).map(({ name, draw, dtype, values }) => ({
    level: 'operation',
    subject: `${name} from seed 42`,
    dtype,
    run: async (backend) => {
      const findings = new Findings()
      const result = draw({ backend }, new Generator(42))
      const got = Array.from(await result.data())
      result.dispose()
      if (got.join() !== values.join()) findings.add(`${formatValues(got)}, expected ${formatValues(values)}`)
      return findings.result()
    },
  }))
}
