import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArrayDataset } from '../dataset/array-dataset.js'
import type { Dataset } from '../dataset/dataset.js'
import { IterableDataset } from '../dataset/iterable-dataset.js'
import { DataLoader, type DataLoaderState } from './data-loader.js'

const numbers = (count: number) =>
  ArrayDataset.fromArrays({ targets: Int32Array.from({ length: count }, (_, i) => i) })

/** A stream of the same samples as `numbers`. */
const stream = (count: number) =>
  IterableDataset.from(function* () {
    for (let i = 0; i < count; i++) yield { targets: { data: Int32Array.of(i), shape: [] } }
  })

async function epoch(loader: DataLoader<'targets'>): Promise<number[][]> {
  const batches: number[][] = []
  for await (const { targets } of loader.hostBatches()) batches.push(Array.from(targets.data))
  return batches
}

describe('DataLoader', () => {
  it('hands out batches in order', async () => {
    const loader = new DataLoader(numbers(5), { batchSize: 2 })
    expect(loader).toHaveLength(3)
    expect(await epoch(loader)).toEqual([[0, 1], [2, 3], [4]])
  })

  it('drops a last batch that is not full, and knows one batch of all', async () => {
    const dropping = new DataLoader(numbers(5), { batchSize: 2, dropLast: true })
    expect(dropping).toHaveLength(2)
    expect(await epoch(dropping)).toEqual([
      [0, 1],
      [2, 3],
    ])
    const full = new DataLoader(numbers(5), { batchSize: 'full' })
    expect(full).toHaveLength(1)
    expect(await epoch(full)).toEqual([[0, 1, 2, 3, 4]])
  })

  it('takes another order each epoch, the same for the same seed', async () => {
    const make = (seed: number) => new DataLoader(numbers(20), { batchSize: 20, shuffle: true, seed })
    const [a, b, other] = [make(1), make(1), make(2)]
    const first = await epoch(a)
    const second = await epoch(a)
    expect(first).not.toEqual(second)
    expect([await epoch(b), await epoch(b)]).toEqual([first, second])
    expect(await epoch(other)).not.toEqual(first)
    expect(first.flat().sort((x, y) => x - y)).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })

  it('covers every sample once, whatever the sizes', async () => {
    const sizes = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      batchSize: fc.integer({ min: 1, max: 12 }),
    })
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(3), fc.boolean(), async ({ count, batchSize }, prefetch, streams) => {
        const source = streams ? stream(count) : numbers(count)
        const batches = await epoch(
          new DataLoader(source, { batchSize, prefetch, shuffle: true, shuffleBuffer: 7 }),
        )
        expect(batches).toHaveLength(Math.ceil(count / batchSize))
        expect(batches.slice(0, -1).every((batch) => batch.length === batchSize)).toBe(true)
        expect(batches.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i))
      }),
      { numRuns: 50 },
    )
  })

  it.each([
    ['random access', () => numbers(10)],
    ['a stream', () => stream(10)],
  ])('continues from a saved position with the very same batches: %s', async (_, source) => {
    const options = { batchSize: 3, shuffle: true, seed: 5, prefetch: 2 }
    const whole = new DataLoader(source(), options)
    const expected = [await epoch(whole), await epoch(whole), await epoch(whole)]
    const interrupted = new DataLoader(source(), options)
    await epoch(interrupted)
    let saved: string | undefined
    for await (const { targets } of interrupted.hostBatches()) {
      if (targets.data[0] === expected[1]?.[1]?.[0]) {
        saved = JSON.stringify(interrupted.state())
        break
      }
    }
    const state: DataLoaderState = JSON.parse(saved ?? '{}')
    expect(state).toMatchObject({ epoch: 1, batch: 2 })
    const resumed = new DataLoader(source(), options)
    resumed.restore(state)
    expect(await epoch(resumed)).toEqual(expected[1]?.slice(2))
    expect(await epoch(resumed)).toEqual(expected[2])
  })

  it('has nothing left of an epoch that was saved at its end', async () => {
    const loader = new DataLoader(numbers(4), { batchSize: 2, shuffle: true })
    let atEnd = loader.state()
    for await (const _ of loader.hostBatches()) atEnd = loader.state()
    expect(atEnd).toMatchObject({ epoch: 0, batch: 2 })
    expect(loader.state()).toMatchObject({ epoch: 1, batch: 0 })
    const resumed = new DataLoader(numbers(4), { batchSize: 2, shuffle: true })
    resumed.restore(atEnd)
    expect(await epoch(resumed)).toEqual([])
    expect(await epoch(resumed)).toEqual(await epoch(loader))
  })

  it('begins the next epoch after one that was broken off', async () => {
    const make = () => new DataLoader(numbers(8), { batchSize: 2, shuffle: true })
    const broken = make()
    for await (const _ of broken.hostBatches()) break
    const whole = make()
    await epoch(whole)
    expect(await epoch(broken)).toEqual(await epoch(whole))
  })

  it('refuses a position of another loader', () => {
    const state = new DataLoader(numbers(4), { batchSize: 2, seed: 1 }).state()
    expect(() => new DataLoader(numbers(4), { batchSize: 2, seed: 2 }).restore(state)).toThrow(
      /a loader with seed 2, like this one; received one with seed 1/,
    )
    expect(() => new DataLoader(numbers(5), { batchSize: 2, seed: 1 }).restore(state)).toThrow(/samples/)
    expect(() =>
      new DataLoader(numbers(4), { batchSize: 2, seed: 1 }).restore({ ...state, batch: -1 }),
    ).toThrow(/batch/)
  })

  it('makes what collate makes, when it is due', async () => {
    const made: number[] = []
    const loader = new DataLoader(numbers(6), {
      batchSize: 2,
      prefetch: 2,
      collate: async ({ targets }) => {
        made.push(targets.data[0] ?? -1)
        return { size: targets.data.length }
      },
    })
    for await (const { size } of loader) {
      expect(size).toBe(2)
      if (made.length === 2) break
    }
    expect(made).toEqual([0, 2])
  })

  it('reads ahead as far as it is told', async () => {
    const asked: number[] = []
    const dataset: Dataset<'targets'> = {
      length: 10,
      get: async (index) => {
        asked.push(index)
        return { targets: index }
      },
    }
    for await (const _ of new DataLoader(dataset, { batchSize: 1, prefetch: 3 }).hostBatches()) break
    expect(asked).toEqual([0, 1, 2, 3])
    asked.length = 0
    for await (const _ of new DataLoader(dataset, { batchSize: 1 }).hostBatches()) break
    expect(asked).toEqual([0])
  })

  it('reports a failing sample where its batch would come, once', async () => {
    const dataset: Dataset<'targets'> = {
      length: 6,
      get: async (index) => {
        if (index === 2) throw new Error('unreadable picture')
        return { targets: index }
      },
    }
    const seen: number[] = []
    const reading = (async () => {
      for await (const { targets } of new DataLoader(dataset, { batchSize: 1, prefetch: 4 }).hostBatches())
        seen.push(...targets.data)
    })()
    await expect(reading).rejects.toThrow('unreadable picture')
    expect(seen).toEqual([0, 1])
  })

  it('takes lists, generator functions and mapped data sets', async () => {
    const list = [{ targets: 1 }, { targets: 2 }]
    expect(await epoch(new DataLoader<'targets'>(list, { batchSize: 2 }))).toEqual([[1, 2]])
    const generate = new DataLoader<'targets'>(
      function* () {
        yield* list
      },
      { batchSize: 'full' },
    )
    expect([await epoch(generate), await epoch(generate)]).toEqual([[[1, 2]], [[1, 2]]])
    expect(generate.length).toBeUndefined()
    const mapped = numbers(3).map(({ targets }) => ({ targets: 10 * (targets.data[0] ?? 0) }))
    expect(await epoch(new DataLoader(mapped, { batchSize: 2 }))).toEqual([[0, 10], [20]])
  })

  it('refuses options that cannot work', () => {
    expect(() => new DataLoader(numbers(3), { batchSize: 0 })).toThrow(
      /batchSize to be a whole number, 1 or more, or 'full'/,
    )
    expect(() => new DataLoader(numbers(3), { batchSize: 4, dropLast: true })).toThrow(/lower batchSize/)
    expect(() => new DataLoader(numbers(0))).toThrow(/give a data set with samples/)
    expect(() => new DataLoader(numbers(3), { prefetch: -1 })).toThrow(/prefetch/)
    expect(() => new DataLoader(numbers(3), { seed: 1.5 })).toThrow(/seed/)
  })
})
