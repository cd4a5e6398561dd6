import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IterableDataset } from '../dataset/iterable-dataset.js'
import { DataLoader } from '../loader/data-loader.js'
import { csvDataset } from './csv-dataset.js'
import { CsvParser } from './parser.js'
import { csvRows } from './rows.js'
import { readCsv } from './table.js'

const bytes = (text: string) => new TextEncoder().encode(text)

function parse(...pieces: string[]): (readonly string[])[] {
  const parser = new CsvParser('test', ',')
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.finish()].map(({ fields }) => fields)
}

async function message(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(String, String)
}

describe('CsvParser', () => {
  it('reads quotes, line ends and blank lines', () => {
    expect(parse('a,b\r\n"x, ""y""","1\n2"\n\n,\r3,4')).toEqual([
      ['a', 'b'],
      ['x, "y"', '1\n2'],
      ['', ''],
      ['3', '4'],
    ])
    expect(parse('\ufeffa\n""\n b"c ')).toEqual([['a'], [''], [' b"c ']])
    expect(parse('')).toEqual([])
    expect(parse('a,')).toEqual([['a', '']])
  })

  it('reads back any table, however it is cut into pieces', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'ä') })
    const table = fc
      .integer({ min: 1, max: 3 })
      .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { maxLength: 5 }))
    fc.assert(
      fc.property(
        table,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.integer({ min: 1, max: 7 }),
        (rows, lineEnd, size) => {
          const text = rows
            .map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',') + lineEnd)
            .join('')
          const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
          expect(parse(...pieces)).toEqual(rows)
        },
      ),
    )
  })

  it('counts the lines that quotes span', () => {
    const parser = new CsvParser('test', ';')
    const records = [...parser.push('a;b\r\n"1\n2";3\r\n4;5'), ...parser.finish()]
    expect(records.map(({ line }) => line)).toEqual([1, 2, 4])
  })

  it('says where a quote is wrong', () => {
    expect(() => parse('a\n"b')).toThrow(
      /a closing quote in the record that begins on line 2; received the end of the file/,
    )
    expect(() => parse('"a"b')).toThrow(
      /a delimiter or line end after a closing quote .*received "b" on line 1/,
    )
  })
})

describe('readCsv', () => {
  it('infers the types of columns', async () => {
    const text = 'whole,real,flag,colour\n1,1.5,true,red\n-2,1e3,FALSE, blue \n3,-inf,true,red\n'
    expect(await readCsv(bytes(text))).toEqual({
      length: 3,
      columns: [
        { name: 'whole', type: 'number', data: Int32Array.of(1, -2, 3) },
        { name: 'real', type: 'number', data: Float64Array.of(1.5, 1000, Number.NEGATIVE_INFINITY) },
        { name: 'flag', type: 'boolean', data: Uint8Array.of(1, 0, 1) },
        { name: 'colour', type: 'category', data: Int32Array.of(1, 0, 1), categories: ['blue', 'red'] },
      ],
    })
  })

  it('takes any source, delimiter, header and choice of columns', async () => {
    const column = async (text: string, options: Parameters<typeof readCsv>[1]) =>
      (await readCsv(new Response(gzipSync(text)), options)).columns.map(({ name, data }) => [name, ...data])
    expect(await column('1;2\n3;4', { delimiter: ';', header: false })).toEqual([
      ['column0', 1, 3],
      ['column1', 2, 4],
    ])
    expect(await column('1,2\n3,4', { header: ['a', 'b'], columns: ['b'] })).toEqual([['b', 2, 4]])
    expect(await column('a\n1\n2', { types: { a: 'category' } })).toEqual([['a', 0, 1]])
  })

  it('decides types on more rows than it looks at, and grows', async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => `${i},${i % 7}`)
    const { length, columns } = await readCsv(bytes(`a,b\n${rows.join('\n')}`), { inferRows: 3 })
    expect(length).toBe(5000)
    expect([columns[0]?.data[4999], columns[1]?.data[4999]]).toEqual([4999, 4999 % 7])
    const late = readCsv(bytes('a\n1\n2\nx\n'), { inferRows: 2 })
    await expect(late).rejects.toThrow(
      /a number in column "a", as in the rows before; received "x" on line 4/,
    )
  })

  it('treats missing values as it is told', async () => {
    const text = 'a,b\n1,x\nNA,y\n3,\n'
    const read = async (missing: 'skip' | 'nan' | number) =>
      (await readCsv(bytes(text), { missing })).columns.map(({ data }) => Array.from(data))
    expect(await read('skip')).toEqual([[1], [0]])
    expect(await read('nan')).toEqual([
      [1, Number.NaN, 3],
      [0, 1, -1],
    ])
    expect(await read(-9)).toEqual([
      [1, -9, 3],
      [0, 1, -1],
    ])
    expect(await message(readCsv(bytes(text)))).toMatch(
      /received "NA" in column "a" on line 3\. Fix: pass missing: 'skip'/,
    )
    const own = await readCsv(bytes('a\n1\n-999\n'), { missing: 'nan', missingTexts: ['-999'] })
    expect(Array.from(own.columns[0]?.data ?? [])).toEqual([1, Number.NaN])
  })

  it('explains what is wrong', async () => {
    const attempts = [
      readCsv(bytes('<!doctype html><html></html>')),
      readCsv(bytes('')),
      readCsv(bytes('a,b\n1,2\n3\n')),
      readCsv(bytes('a,a\n1,2\n')),
      readCsv(bytes('a,b\n1,2\n'), { columns: ['c'] }),
      readCsv(bytes('a'), { delimiter: '::' }),
    ]
    expect(await Promise.all(attempts.map(message))).toMatchInlineSnapshot(`
      [
        "DataError: readCsv 28 bytes in memory: expected CSV; received a web page (HTML), which servers often send for a wrong address. Fix: check the address.",
        "DataError: readCsv 0 bytes in memory: expected at least one record; received an empty file. Fix: check the file.",
        "DataError: readCsv 10 bytes in memory: expected 2 fields, as many as there are columns; received 1 on line 3. Fix: quote fields that contain the delimiter, and check the delimiter option.",
        "DataError: readCsv 8 bytes in memory: expected columns of different names; received "a" twice. Fix: rename one of them in the file or in the header option.",
        "ValueError: readCsv 8 bytes in memory: expected one of the columns "a", "b"; received "c". Fix: correct the name, or pass header: false if the file has no header.",
        "ValueError: readCsv 1 bytes in memory: expected a delimiter of one character, no quote or line end; received "::". Fix: pass e.g. delimiter: ';'.",
      ]
    `)
  })
})

describe('csvRows', () => {
  it('streams rows into a training pipeline', async () => {
    const samples = IterableDataset.from(() => csvRows(bytes('x,y\n1,2\n3,4\n5,6\n'))).map(({ x, y }) => ({
      inputs: Number(x),
      targets: Number(y),
    }))
    const loader = new DataLoader(samples, { batchSize: 2 })
    for (let epoch = 0; epoch < 2; epoch++) {
      const sums: number[] = []
      for await (const { inputs, targets } of loader.hostBatches())
        sums.push(inputs.data.length, targets.data[0] ?? 0)
      expect(sums).toEqual([2, 2, 1, 6])
    }
  })

  it('does not read further than it is asked', async () => {
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(bytes(pulled === 1 ? 'n\n' : `${pulled}\n`))
      },
    })
    const seen: string[] = []
    for await (const { n } of csvRows(endless)) {
      seen.push(n ?? '')
      if (seen.length === 3) break
    }
    expect(seen).toEqual(['2', '3', '4'])
    expect(pulled).toBeLessThan(10)
  })
})

describe('csvDataset', () => {
  const text = 'width,colour,ripe,kind\n1.5,red,true,apple\n2,green,false,pear\n2.5,red,true,apple\n'

  it('makes inputs and targets', async () => {
    const { dataset, features, classes } = await csvDataset(bytes(text), { label: 'kind' })
    expect(features).toEqual(['width', 'colour=green', 'colour=red', 'ripe'])
    expect(classes).toEqual(['apple', 'pear'])
    expect(dataset.all()).toEqual({
      inputs: { data: Float32Array.of(1.5, 0, 1, 1, 2, 1, 0, 0, 2.5, 0, 1, 1), shape: [3, 4] },
      targets: { data: Int32Array.of(0, 1, 0), shape: [3] },
    })
  })

  it('numbers categories if told to, and chooses features', async () => {
    const { dataset, features, classes } = await csvDataset(bytes(text), {
      label: 'width',
      columns: ['colour'],
      categories: 'index',
    })
    expect([features, classes]).toEqual([['colour'], undefined])
    expect(dataset.all().inputs.data).toEqual(Float32Array.of(1, 0, 1))
    expect(dataset.all().targets.data).toEqual(Float32Array.of(1.5, 2, 2.5))
    expect((await csvDataset(bytes(text), { label: 'ripe' })).classes).toEqual(['false', 'true'])
  })

  it('wants a label in every row, and features', async () => {
    const holes = bytes('a,b\n1,x\n2,\n')
    await expect(csvDataset(holes, { label: 'b', missing: 'nan' })).rejects.toThrow(/none in row 1/)
    await expect(csvDataset(bytes('a\n1\n'), { label: 'a' })).rejects.toThrow(/a column besides the label/)
    await expect(csvDataset(bytes('a\n1\n'), { label: 'z' })).rejects.toThrow(
      /one of the columns "a"; received "z"/,
    )
  })
})
