/**
 * What is shown: bars and lines, on a stand-in for the terminal.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { setDefaultBackend, setSeed } from '@nabla/core'
import { DataLoader } from '@nabla/data'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { formatCount, formatSeconds, formatValue } from './format.js'
import { createReporter, type Output, type Progress } from './progress.js'
import { classifier, failure, sectors } from './testing/sectors.js'

function terminal(columns?: number): { output: Output; written: string[] } {
  const written: string[] = []
  const output = {
    isTTY: true,
    ...(columns === undefined ? {} : { columns }),
    write: (text: string) => written.push(text),
  }
  return { output, written }
}

/** Carriage returns and line feeds made visible: snapshots treat them alike. */
const escaped = (written: string[]): string[] =>
  written.map((text) => text.replaceAll('\r', '⏎').replaceAll('\n', '↵'))

const at = (step: number, values: Record<string, number> = { loss: 0.5 }): Progress => ({
  step,
  seconds: step / 10,
  samples: 32 * step,
  values,
})

describe('a bar', () => {
  test('grows, is overwritten, and ends with its line', () => {
    const { output, written } = terminal()
    const reporter = createReporter('auto', output)
    expect(reporter.live).toBe(true)
    reporter.begin('Epoch 1/2', 120)
    reporter.update(at(6))
    reporter.update(at(60, { loss: 0.25, accuracy: 0.9 }))
    reporter.end(at(120, { loss: 0.1, accuracy: 1, validationLoss: 0.2 }))
    expect(escaped(written)).toMatchInlineSnapshot(`
      [
        "Epoch 1/2↵",
        "⏎  6/120 ━─────────────────────── 11s left · 320 samples/s · loss 0.5000",
        "⏎ 60/120 ━━━━━━━━━━━━──────────── 6.0s left · 320 samples/s · loss 0.2500 · accuracy 0.9000",
        "⏎120/120 ━━━━━━━━━━━━━━━━━━━━━━━━ 12s · 320 samples/s · loss 0.1000 · accuracy 1.0000 · validationLoss 0.2000",
        "↵",
      ]
    `)
  })

  test('leaves nothing of a longer line before', () => {
    const { output, written } = terminal()
    const reporter = createReporter(1, output)
    reporter.begin('', 10)
    reporter.update(at(1, { loss: 1, accuracy: 1 }))
    reporter.update(at(2, { loss: 1 }))
    const [, first = '', second = ''] = written
    expect(second.trimEnd().length).toBeLessThan(first.length)
    expect(second.length).toBe(first.length)
  })

  test('never reaches the last column', () => {
    for (const columns of [1, 20, 40, 79]) {
      const { output, written } = terminal(columns)
      const reporter = createReporter(1, output)
      reporter.begin('', 10)
      for (let step = 1; step <= 9; step++) reporter.update(at(step, { loss: 1, someLongName: 10 ** step }))
      reporter.end(at(10))
      for (const line of written.slice(1, -1)) {
        expect(line.startsWith('\r')).toBe(true)
        expect(line.length - 1).toBeLessThanOrEqual(Math.max(1, columns - 1))
      }
      expect(written.at(-1)).toBe('\n')
    }
  })

  test('claims nothing about an unknown number of steps', () => {
    const { output, written } = terminal()
    const reporter = createReporter(1, output)
    reporter.begin('Epoch 1/1', undefined)
    reporter.update(at(7))
    reporter.end(at(9))
    expect(escaped(written)).toMatchInlineSnapshot(`
      [
        "Epoch 1/1↵",
        "⏎7/? 0.7s · 320 samples/s · loss 0.5000",
        "⏎9/9 ━━━━━━━━━━━━━━━━━━━━━━━━ 0.9s · 320 samples/s · loss 0.5000",
        "↵",
      ]
    `)
  })

  test('breaks off an open line once, and only an open one', () => {
    const { output, written } = terminal()
    const reporter = createReporter(1, output)
    reporter.interrupt()
    expect(written).toEqual([])
    reporter.begin('', 10)
    reporter.update(at(1))
    reporter.interrupt()
    reporter.interrupt()
    expect(written.slice(2)).toEqual(['\n'])
  })
})

describe('lines', () => {
  test('are one per pass where there is no terminal', () => {
    const { output, written } = terminal()
    const reporter = createReporter('auto', { write: (text) => output.write(text) })
    expect(reporter.live).toBe(false)
    reporter.begin('Epoch 1/2', 120)
    reporter.update(at(60))
    reporter.end(at(120, { loss: 0.1, accuracy: 0.987 }))
    reporter.interrupt()
    expect(escaped(written)).toMatchInlineSnapshot(`
      [
        "Epoch 1/2 · 12s · 320 samples/s · loss 0.1000 · accuracy 0.9870↵",
      ]
    `)
  })

  test('are nothing when silent', () => {
    const { output, written } = terminal()
    const reporter = createReporter(0, output)
    reporter.begin('', 1)
    reporter.update(at(1))
    reporter.end(at(1))
    expect(written).toEqual([])
  })
})

test('numbers', () => {
  expect([0, 1, -0.5, 12.34567, 99999, 100000, 0.00012345, Number.NaN].map(formatValue)).toEqual([
    '0.0000',
    '1.0000',
    '-0.5000',
    '12.3457',
    '99999.0000',
    '1.00e+5',
    '1.23e-4',
    'NaN',
  ])
  expect([0.44, 3.25, 9.96, 1234.5, 1e6].map(formatCount)).toEqual(['0.4', '3.3', '10', '1,235', '1,000,000'])
})

test('durations', () => {
  expect([0, 3, 9.94, 9.96, 59.4, 59.6, 60, 125, 3599.6, 3600, 7325].map(formatSeconds)).toEqual([
    '0.0s',
    '3.0s',
    '9.9s',
    '10s',
    '59s',
    '1m00s',
    '1m00s',
    '2m05s',
    '1h00m',
    '1h00m',
    '2h02m',
  ])
})

describe('fit and evaluate', () => {
  beforeEach(() => {
    setDefaultBackend(createCpuBackend())
    setSeed(5)
  })

  /** What they write to the standard output, without the figures of speed and time. */
  async function shown(run: () => Promise<unknown>): Promise<string> {
    const { output, written } = terminal(200)
    const spy = vi
      .spyOn(process, 'stdout', 'get')
      .mockReturnValue(Object.assign(Object.create(process.stdout), output))
    try {
      await run()
    } finally {
      spy.mockRestore()
    }
    return written
      .join('')
      .replace(/[\d.,]+ samples/g, '# samples')
      .replace(/\d+(\.\d)?s( left)?/g, '#s$2')
      .replace(/\d\.\d{4}/g, '#')
      .replace(/ +(?=\r|\n)/g, '')
  }

  test('show a bar with loss, metrics, speed and time left', async () => {
    const { inputs, targets } = sectors(64)
    const text = await shown(() =>
      classifier().fit(inputs, targets, { epochs: 2, verbose: 1, reportEvery: 1, validationSplit: 0.5 }),
    )
    expect(text.replaceAll('\r', '⏎').split('\n')).toMatchInlineSnapshot(`
      [
        "Epoch 1/2",
        "⏎1/1 ━━━━━━━━━━━━━━━━━━━━━━━━ #s left · # samples/s · loss # · accuracy #⏎1/1 ━━━━━━━━━━━━━━━━━━━━━━━━ #s · # samples/s · loss # · accuracy # · validationLoss # · validationAccuracy #",
        "Epoch 2/2",
        "⏎1/1 ━━━━━━━━━━━━━━━━━━━━━━━━ #s left · # samples/s · loss # · accuracy #⏎1/1 ━━━━━━━━━━━━━━━━━━━━━━━━ #s · # samples/s · loss # · accuracy # · validationLoss # · validationAccuracy #",
        "",
      ]
    `)
  })

  test('know the steps of a stream in its second epoch', async () => {
    const { inputs, targets } = sectors(4)
    const [points, labels] = [await inputs.array(), await targets.array()]
    const loader = new DataLoader<'inputs' | 'targets'>(
      function* () {
        for (const [index, point] of Object.entries(points as number[][]))
          yield {
            inputs: { data: Float32Array.from(point), shape: [2] },
            targets: { data: Int32Array.of((labels as number[])[Number(index)] ?? 0), shape: [] },
          }
      },
      { batchSize: 2 },
    )
    const text = await shown(() => classifier().fit(loader, { epochs: 2, verbose: 1, reportEvery: 1 }))
    expect(text.match(/\d\/[\d?]/g)).toEqual(['1/2', '1/?', '2/?', '2/2', '2/2', '1/2', '2/2', '2/2'])
  })

  test('leave the line of a pass that failed or was aborted', async () => {
    const { inputs, targets } = sectors(64)
    const controller = new AbortController()
    const text = await shown(() =>
      classifier().fit(inputs, targets, {
        verbose: 1,
        reportEvery: 1,
        batchSize: 8,
        callbacks: [{ onBatchEnd: (batch) => void (batch === 3 && controller.abort()) }],
        signal: controller.signal,
      }),
    )
    expect(text).toMatch(/\r2\/8 [^\r\n]*\n$/)
    const failing = await shown(() =>
      failure(() =>
        classifier().fit(inputs, targets, {
          verbose: 1,
          reportEvery: 1,
          batchSize: 8,
          callbacks: [{ onBatchEnd: (batch) => (batch === 3 ? Promise.reject(new Error('no')) : undefined) }],
        }),
      ),
    )
    expect(failing).toMatch(/\r2\/8 [^\r\n]*\n$/)
  })

  test('evaluate is silent unless it is asked', async () => {
    const { inputs, targets } = sectors(64)
    expect(await shown(() => classifier().evaluate(inputs, targets))).toBe('')
    expect(await shown(() => classifier().evaluate(inputs, targets, { verbose: 2 }))).toBe(
      'Evaluation · #s · # samples/s · loss # · accuracy #\n',
    )
  })
})
