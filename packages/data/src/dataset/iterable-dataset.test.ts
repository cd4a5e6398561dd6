import { describe, expect, it } from 'vitest'
import { IterableDataset } from './iterable-dataset.js'

async function collect<T>(source: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  const values: T[] = []
  for await (const value of source) values.push(value)
  return values
}

const ten = IterableDataset.from(function* () {
  for (let i = 0; i < 10; i++) yield i
})

describe('IterableDataset', () => {
  it('is a pipeline that can be run again', async () => {
    const pipeline = ten
      .filter((value) => value % 2 === 1)
      .skip(1)
      .map(async (value, index) => [value, index])
      .take(3)
    expect(await collect(pipeline)).toEqual([
      [3, 0],
      [5, 1],
      [7, 2],
    ])
    expect(await collect(pipeline)).toEqual([
      [3, 0],
      [5, 1],
      [7, 2],
    ])
    expect(await collect(ten.take(0))).toEqual([])
  })

  it('stops an endless source that is taken from', async () => {
    let stopped = false
    const endless = IterableDataset.from(async function* () {
      try {
        for (let i = 0; ; i++) yield i
      } finally {
        stopped = true
      }
    })
    expect(await collect(endless.take(2))).toEqual([0, 1])
    expect(stopped).toBe(true)
  })

  it('shuffles within its buffer, by seed and epoch', async () => {
    const shuffled = ten.shuffle(4, 1)
    const first = await collect(shuffled.iterate(0))
    expect(first).toEqual(await collect(shuffled.iterate(0)))
    expect(first).not.toEqual(await collect(shuffled.iterate(1)))
    expect(first.slice().sort()).toEqual(await collect(ten))
    // With a buffer of 4, the value that leaves at step i has arrived by step i + 4.
    expect(first.every((value, step) => value <= step + 4)).toBe(true)
    expect(await collect(ten.shuffle(1))).toEqual(await collect(ten))
  })

  it('stacks batches', async () => {
    const samples = ten
      .take(5)
      .map((value) => ({ inputs: { data: new Uint8Array([value, 0]), shape: [2] }, targets: value }))
    const batches = await collect(samples.batch(2))
    expect(batches.map(({ targets }) => Array.from(targets.data))).toEqual([[0, 1], [2, 3], [4]])
    expect(batches[1]).toEqual({
      inputs: { data: new Uint8Array([2, 0, 3, 0]), shape: [2, 2] },
      targets: { data: new Float32Array([2, 3]), shape: [2] },
    })
    expect(await collect(samples.batch(2, { dropLast: true }))).toHaveLength(2)
  })

  it('passes the failure of a source on', async () => {
    const failing = IterableDataset.from(function* () {
      yield 1
      throw new Error('sensor lost')
    })
    await expect(collect(failing.map((value) => value).shuffle(4))).rejects.toThrow('sensor lost')
  })

  it('refuses to read a generator twice', async () => {
    const once = IterableDataset.from(
      (function* () {
        yield 1
      })(),
    )
    expect(await collect(once)).toEqual([1])
    await expect(collect(once)).rejects.toThrow(/pass the generator function itself/)
    const list = IterableDataset.from([1, 2])
    expect([await collect(list), await collect(list)]).toEqual([
      [1, 2],
      [1, 2],
    ])
  })

  it('names the sample that differs from the others', async () => {
    const ragged = ten.map((value) => ({ inputs: { data: new Float32Array(value + 1), shape: [value + 1] } }))
    await expect(collect(ragged.batch(3))).rejects.toThrow(
      /column "inputs" of sample 1 to be float32 \[1\] like the first one; received float32 \[2\]/,
    )
    expect(() => ten.take(-1)).toThrow(/take: expected a whole number, 0 or more; received -1/)
    expect(() => ten.shuffle(0)).toThrow(/shuffle: expected a whole number, 1 or more/)
  })
})
