/**
 * Random operations captured: a generator goes on at every call, so several captured calls draw the very bits that as many
 * eager calls draw, and eager calls before and after them fit in.
 */
import type { Capabilities, DType } from '@nabla/backend'
import * as n from '@nabla/core'
import { type ConformanceCase, describeError, Findings, formatValues } from '../case.js'
import { disposeAll } from './run-operation.js'
import { withoutLeaks } from './watch.js'

interface Stream {
  readonly name: string
  readonly dtype: DType
  /** Other types that it comes to. */
  readonly needs?: readonly DType[]
  readonly draw: (x: n.Tensor, generator: n.Generator) => n.Tensor
}

const STREAMS: readonly Stream[] = [
  {
    name: 'uniform',
    dtype: 'float32',
    draw: ({ backend }, generator) => n.uniform([3, 5], { backend, generator }),
  },
  {
    name: 'normal',
    dtype: 'float32',
    draw: ({ backend }, generator) => n.normal([7], { backend, generator }),
  },
  {
    name: 'truncatedNormal',
    dtype: 'float32',
    draw: ({ backend }, generator) => n.truncatedNormal([7], { backend, generator }),
  },
  {
    name: 'bernoulli',
    dtype: 'float32',
    draw: ({ backend }, generator) => n.bernoulli([9], 0.4, { backend, generator, dtype: 'float32' }),
  },
  {
    name: 'randint',
    dtype: 'int32',
    draw: ({ backend }, generator) => n.randint([4, 2], 0, 1000, { backend, generator }),
  },
  {
    name: 'permutation',
    dtype: 'int32',
    needs: ['uint32'],
    draw: ({ backend }, generator) => n.permutation(9, { backend, generator }),
  },
  {
    name: 'shuffle',
    dtype: 'float32',
    needs: ['uint32'],
    draw: (x, generator) => n.shuffle(x, { generator }),
  },
  {
    name: 'categorical',
    dtype: 'float32',
    draw: (x, generator) => n.categorical(x, { generator, samples: 4 }),
  },
  { name: 'dropout', dtype: 'float32', draw: (x, generator) => n.dropout(x, 0.4, { generator }) },
  {
    name: 'dropout gradient',
    dtype: 'float32',
    draw: (x, generator) => n.grad((each: n.Tensor) => n.sum(n.dropout(each, 0.4, { generator })))(x),
  },
]

/** Captured calls between eager ones. */
const CALLS = ['eager', 'captured', 'captured', 'eager', 'captured'] as const

export function randomStreamCases({ dtypes }: Capabilities): ConformanceCase[] {
  return STREAMS.filter(({ dtype, needs = [] }) =>
    [dtype, ...needs].every((each) => dtypes.includes(each)),
  ).map(({ name, dtype, draw }) => ({
    level: 'operation',
    subject: 'random streams',
    dtype,
    aspect: `captured ${name}`,
    run: async (backend) => {
      const findings = new Findings()
      await withoutLeaks(backend, findings, name, async () => {
        const x = n.tensor(
          [
            [0.5, 1, -1],
            [2, 0.25, 3],
          ],
          { backend },
        )
        const [expected, generator] = [new n.Generator(7), new n.Generator(7)]
        const captured = n.jit((given: n.Tensor) => draw(given, generator))
        for (const [call, how] of CALLS.entries()) {
          try {
            const results = [draw(x, expected), how === 'eager' ? draw(x, generator) : captured(x)]
            const [wanted = [], got = []] = await Promise.all(
              results.map(async (each) => Array.from(await each.data())),
            )
            disposeAll(results)
            if (got.join() !== wanted.join())
              findings.add(`call ${call}, ${how}: ${formatValues(got)}, expected ${formatValues(wanted)}`)
          } catch (error) {
            findings.add(`call ${call}, ${how}: ${describeError(error)}`)
          }
        }
        captured.dispose()
        x.dispose()
      })
      return findings.result()
    },
  }))
}
