import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { decodeSafetensors } from 'nabla'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonReport } from './report/json.js'
import { makeWorkspace, type Workspace } from './testing/workspace.js'

let workspace: Workspace
let data: string

beforeAll(async () => {
  workspace = await makeWorkspace()
  data = await workspace.writeData('data', { train: 100, test: 40 })
})

afterAll(() => workspace.remove())

async function readReport(file: string): Promise<JsonReport> {
  return JSON.parse(await readFile(file, 'utf8'))
}

/** Weights and the optimizer's state, as a checksum of the bits of each. */
async function stateIn(folder: string): Promise<Record<string, string>> {
  const { tensors } = decodeSafetensors(await readFile(workspace.path(folder, 'model.safetensors')))
  const state: Record<string, string> = {}
  for (const [name, tensor] of Object.entries(tensors)) {
    state[name] = createHash('sha256')
      .update(await tensor.data())
      .digest('hex')
  }
  return state
}

/** Raises a signal after some steps of a training. */
function afterSteps(count: number) {
  const controller = new AbortController()
  let steps = 0
  const onBatchEnd = (): void => {
    steps += 1
    if (steps === count) controller.abort()
  }
  return { signal: controller.signal, callbacks: [{ onBatchEnd }] }
}

describe('train and evaluate', () => {
  test('on built-in digits: the report is complete, and evaluate says the same', async () => {
    const out = workspace.path('digits')
    const json = workspace.path('digits.json')
    const trained = await workspace.run([
      ...['--data', 'digits', '--limit', '300', '--epochs', '3', '--batch-size', '32'],
      ...['--out', out, '--json', json],
    ])
    expect(trained).toMatchObject({ code: 0, errors: '' })
    const report = await readReport(json)
    const anyNumber = expect.any(Number)
    const epoch = { loss: anyNumber, accuracy: anyNumber, seconds: anyNumber, samplesPerSecond: anyNumber }
    expect(report).toEqual({
      backend: 'wasm',
      data: { source: 'Built-in digits, as asked for.', train: 300, test: 4000 },
      model: 'mlp',
      parameters: 407050,
      seed: 1,
      epochs: [epoch, epoch, epoch],
      test: { loss: anyNumber, accuracy: anyNumber },
    })
    expect(report.test.accuracy).toBeGreaterThan(0.5)
    expect(report.epochs[2]?.loss).toBeLessThan(report.epochs[0]?.loss ?? 0)
    expect(JSON.parse(await readFile(workspace.path('digits', 'history.json'), 'utf8'))).toEqual(
      report.epochs,
    )
    for (const part of [
      'backend  wasm',
      'Built-in digits',
      'Epoch 3/3',
      'accuracy',
      'true ╲ read',
      'read as',
    ]) {
      expect(trained.output).toContain(part)
    }

    const again = await workspace.run(['evaluate', '--out', out, '--json', json, '--quiet'])
    expect(again.code).toBe(0)
    expect(await readReport(json)).toEqual(report)
    const percent = (100 * report.test.accuracy).toFixed(2)
    expect(again.output).toBe(
      `Test accuracy ${percent} % on 4,000 pictures (loss ${report.test.loss.toFixed(4)})`,
    )
  })

  test('the seed decides weights, order and built-in digits', async () => {
    const accuracy = async (seed: string): Promise<object> => {
      const json = workspace.path(`seed-${seed}.json`)
      const flags = ['--data', data, '--limit', '64', '--epochs', '1', '--quiet']
      await workspace.run([...flags, '--seed', seed, '--json', json, '--out', workspace.path(`seed-${seed}`)])
      const { test, seed: used } = await readReport(json)
      return { ...test, used }
    }
    const first = await accuracy('7')
    expect(await accuracy('7')).toEqual(first)
    expect(await accuracy('8')).not.toMatchObject({ loss: Reflect.get(first, 'loss') })
  })

  test('other test data, and a limit on them', async () => {
    const other = await workspace.writeData('other', { train: 10, test: 30 })
    const json = workspace.path('other.json')
    const flags = [
      '--data',
      data,
      '--test-data',
      other,
      '--epochs',
      '1',
      '--out',
      workspace.path('other-out'),
    ]
    await workspace.run([...flags, '--quiet', '--json', json])
    expect((await readReport(json)).data).toMatchObject({ train: 100, test: 30 })
    const evaluated = await workspace.run([
      ...['evaluate', '--out', workspace.path('other-out'), '--data', data, '--limit', '25', '--quiet'],
    ])
    expect(evaluated.output).toContain('on 25 pictures')
  })
})

describe('profile', () => {
  interface TraceEvent {
    readonly ph: string
    readonly name: string
    readonly cat: string
    readonly args: { readonly name?: string; readonly shape?: string }
  }

  async function readTrace(file: string): Promise<readonly TraceEvent[]> {
    return JSON.parse(await readFile(file, 'utf8')).traceEvents
  }

  const flags = () => ['--data', data, '--batch-size', '50', '--epochs', '2']

  test('trains as usual, and ends with a table and a trace of the last epoch', async () => {
    await workspace.run([...flags(), '--quiet', '--out', workspace.path('unprofiled')])
    const file = workspace.path('traces', 'trace.json')
    const { code, output, errors } = await workspace.run([
      ...flags(),
      ...['--out', workspace.path('profiled'), '--profile', file],
    ])
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(await stateIn('profiled')).toEqual(await stateIn('unprofiled'))
    const table = output.slice(output.indexOf('Kernels of epoch 2'))
    expect(table).toMatch(/^kernel +calls +ms +share +GFLOP\/s +GB\/s$/m)
    expect(table).toMatch(/^contract \w.* %/m)
    expect(table).toMatch(/^total .* 100\.0 %/m)
    expect(table).toContain('Wrote its trace to <folder>/traces/trace.json, for chrome://tracing')

    const [process, , ...calls] = await readTrace(file)
    expect(process).toMatchObject({ ph: 'M', args: { name: 'mnist, epoch 2' } })
    // Two steps: the products of the hidden layer, forward, are there once for each.
    const hidden = calls.filter(({ cat, args }) => cat === 'contract' && args.shape === '50×512×784')
    expect(hidden).toHaveLength(2)
    expect(await readdir(workspace.path('traces'))).toEqual(['trace.json'])
  })

  test('the table alone, even when quiet; of what there was when interrupted', async () => {
    const args = [...flags(), '--quiet', '--out', workspace.path('table'), '--profile']
    const whole = await workspace.run(args)
    expect(whole.output).toContain('Kernels of epoch 2\n\nkernel')
    expect(whole.output).not.toContain('trace')
    const interrupted = await workspace.run(args, afterSteps(3))
    expect(interrupted.code).toBe(130)
    expect(interrupted.output).toContain('Kernels of epoch 2\n\nkernel')
    expect(interrupted.output).toMatch(/^contract /m)
  })
})

describe('going on', () => {
  const flags = () => ['--data', data, '--batch-size', '20', '--quiet']
  const train = (folder: string, ...more: string[]) =>
    workspace.run([...flags(), '--out', workspace.path(folder), ...more])

  beforeAll(() => train('whole', '--epochs', '3', '--json', workspace.path('whole.json')))

  test('two epochs and one more are exactly three', async () => {
    await train('halves', '--epochs', '2')
    const model = workspace.path('halves', 'model.safetensors')
    const json = workspace.path('halves.json')
    const second = await workspace.run([
      'train',
      '--model',
      model,
      '--epochs',
      '1',
      '--quiet',
      '--json',
      json,
    ])
    expect(second.code).toBe(0)
    expect(await stateIn('halves')).toEqual(await stateIn('whole'))
    const [halves, whole] = await Promise.all([readReport(json), readReport(workspace.path('whole.json'))])
    expect(halves.test).toEqual(whole.test)
    expect(halves.epochs.map(({ loss }) => loss)).toEqual(whole.epochs.map(({ loss }) => loss))
  })

  test.each([
    { steps: 8, where: 'in epoch 2 of 3, after step 3 of 5' },
    { steps: 10, where: 'after epoch 2 of 3' },
  ])('interrupted $where, it goes on from that very step', async ({ steps, where }) => {
    const folder = `interrupted-${steps}`
    const args = [...flags(), '--out', workspace.path(folder), '--epochs', '3']
    const interrupted = await workspace.run(args, afterSteps(steps))
    expect(interrupted).toMatchObject({ code: 130, errors: '' })
    expect(interrupted.output).toContain(`Interrupted ${where}. All of it is saved.`)
    const command = `pnpm mnist train --model <folder>/${folder}/model.safetensors`
    expect(interrupted.output).toContain(command)

    const model = workspace.path(folder, 'model.safetensors')
    const json = workspace.path(`${folder}.json`)
    expect((await workspace.run(['train', '--model', model, '--json', json])).code).toBe(0)
    expect(await stateIn(folder)).toEqual(await stateIn('whole'))
    const [own, whole] = await Promise.all([readReport(json), readReport(workspace.path('whole.json'))])
    expect(own.epochs).toHaveLength(3)
    own.epochs.forEach(({ loss, accuracy }, epoch) => {
      expect(loss).toBeCloseTo(whole.epochs[epoch]?.loss ?? Number.NaN, 4)
      expect(accuracy).toBeCloseTo(whole.epochs[epoch]?.accuracy ?? Number.NaN, 4)
    })
  })

  test('with another batch size the interrupted epoch begins anew, and it says so', async () => {
    const args = [...flags(), '--out', workspace.path('changed'), '--epochs', '2']
    await workspace.run(args, afterSteps(3))
    const model = workspace.path('changed', 'model.safetensors')
    const { output } = await workspace.run(['--model', model, '--batch-size', 'full'])
    expect(output).toContain('data, batch size or seed differ, so epoch 1 begins anew')
    expect(output).toContain('Epoch 2/2')
  })

  test('interrupted before the training or while testing', async () => {
    const early = await workspace.run(['--data', data, '--out', workspace.path('early')], {
      signal: AbortSignal.abort(),
    })
    expect(early.code).toBe(130)
    expect(early.output).toContain('Interrupted before there was anything to save.')

    const args = [...flags(), '--out', workspace.path('late'), '--epochs', '1']
    const late = await workspace.run(args, afterSteps(5))
    expect(late.code).toBe(130)
    expect(late.output).toContain('Interrupted while testing; the training was complete')
    expect((await workspace.run(['evaluate', '--out', workspace.path('late'), '--quiet'])).code).toBe(0)
  })
})

describe('info and help', () => {
  test('info: backends, data and an untrained or saved model', async () => {
    const { output } = await workspace.run([
      'info',
      '--data',
      data,
      '--model',
      'cnn',
      '--out',
      workspace.path('no'),
    ])
    for (const part of ['✓ cpu', '100 pictures to train on, 40 to test', 'Model: cnn, untrained', '93,322'])
      expect(output).toContain(part)
  })

  test('help lists commands, the flags of training, and the backends there are', async () => {
    const { code, output } = await workspace.run(['--help'])
    expect(code).toBe(0)
    for (const part of [
      'evaluate',
      'predict',
      'info',
      '--learning-rate',
      '--profile [file]',
      'auto, webgpu, wasm, cpu',
    ])
      expect(output).toContain(part)
  })
})

describe('misuse', () => {
  const errorOf = async (...args: string[]): Promise<string> => {
    const { code, errors } = await workspace.run(args)
    expect(code).toBe(1)
    return errors.trim()
  }

  test('data that are not there', async () => {
    expect(
      await errorOf('--data', workspace.path('nowhere'), '--out', workspace.path('x')),
    ).toMatchInlineSnapshot(
      `"--data: expected auto, mnist, digits, or a folder with the four MNIST files, with .gz or without; received <folder>/nowhere: no such folder. Fix: correct the path, or train on the built-in digits with --data digits."`,
    )
  })

  test('a model file that is not there', async () => {
    expect(await errorOf('evaluate', '--model', workspace.path('none.safetensors'))).toMatchInlineSnapshot(
      `"--model: expected mlp, cnn, or the file of a model that this program saved; received <folder>/none.safetensors, which does not exist. Fix: train one first (pnpm mnist), or give the path of the model.safetensors that a training wrote."`,
    )
  })

  test('a model file that is no model', async () => {
    expect(await errorOf('evaluate', '--model', `${data}/t10k-labels-idx1-ubyte`)).toMatchInlineSnapshot(
      `"--model: expected mlp, cnn, or the file of a model that this program saved; received <folder>/data/t10k-labels-idx1-ubyte, which is damaged, or no saved model. Fix: train one first (pnpm mnist), or give the path of the model.safetensors that a training wrote."`,
    )
  })

  test('reading with an untrained model', async () => {
    expect(
      await errorOf('evaluate', '--model', 'mlp', '--out', workspace.path('empty')),
    ).toMatchInlineSnapshot(
      `"evaluate: expected a trained model: a file, or a trained mlp in <folder>/empty; received "mlp", which is untrained. Fix: train it first (pnpm mnist train --model mlp --out <folder>/empty), or name its file with --model."`,
    )
    expect(await errorOf('evaluate', '--out', workspace.path('empty'))).toMatchInlineSnapshot(
      `"evaluate: expected a trained model: a file, or one in <folder>/empty; received no <folder>/empty/model.safetensors. Fix: train it first (pnpm mnist train --out <folder>/empty), or name its file with --model."`,
    )
  })

  test('a folder that cannot be written to', async () => {
    expect(await errorOf('--out', `${data}/t10k-labels-idx1-ubyte/x`)).toMatchInlineSnapshot(
      `"--out: expected a folder that can be written to; received <folder>/data/t10k-labels-idx1-ubyte/x (ENOTDIR: not a directory, mkdir '<folder>/data/t10k-labels-idx1-ubyte/x'). Fix: choose another with --out."`,
    )
  })

  test('a trace that cannot be written', async () => {
    const file = `${data}/t10k-labels-idx1-ubyte/x/trace.json`
    expect(await errorOf('--profile', file, '--out', workspace.path('x'))).toContain(
      '--profile: expected a folder that can be written to',
    )
  })

  test('a backend that is not there', async () => {
    expect(await errorOf('--backend', 'abacus', '--out', workspace.path('x'))).toMatchInlineSnapshot(
      `"createBackend: expected a backend that can be had (registered: webgpu, wasm, cpu); received "abacus": no backend of this name is registered. Fix: choose 'auto' or one of the registered names, or register the backend first with registerBackend(factory). It was asked for by the command line."`,
    )
  })

  test('an unknown command, an unknown flag, a bad number', async () => {
    expect(await errorOf('evalute')).toMatchInlineSnapshot(
      `"error: unknown command 'evalute'; the commands are train, evaluate, predict, info, help"`,
    )
    expect(await errorOf('--epoch', '2')).toMatchInlineSnapshot(`
      "error: unknown option '--epoch'
      (Did you mean --epochs?)

      (add --help for all flags)"
    `)
    expect(await errorOf('--batch-size', 'many')).toMatchInlineSnapshot(`
      "error: option '--batch-size <n|full>' argument 'many' is invalid. Expected a whole number of at least 1, or 'full'.

      (add --help for all flags)"
    `)
    expect(await errorOf('--optimizer', 'magic')).toMatchInlineSnapshot(`
      "error: option '--optimizer <name>' argument 'magic' is invalid. Allowed choices are sgd, rmsprop, adagrad, adadelta, adam, adamw, adamax, nadam, lion.

      (add --help for all flags)"
    `)
  })
})
