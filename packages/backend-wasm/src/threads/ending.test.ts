/** Node processes that used threads and never disposed of them: they end by themselves, in whatever state the workers are. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { beforeAll, expect, it } from 'vitest'

/** Computes on threads by default options, says when that was over, and then does what its argument says. */
const PROGRAM = `
import { availableParallelism } from 'node:os'
import { expressions as e, input, rowMajorLayout } from '@nabla/backend'
import { makeBackend } from './backend.js'
import { spawnFrom } from './threads/spawn.js'

const start = spawnFrom()
const [, , how] = process.argv
const spawn = how === 'spinning' ? (given, failed) => start({ ...given, patience: 1e9 }, failed) : start
const backend = makeBackend({}, { spawn })
if (how !== 'starting') await backend.startThreads()
const layout = rowMajorLayout([1e6])
const x = { buffer: backend.allocate('float32', 1e6), dtype: 'float32', ...layout }
const call = { kind: 'map', label: 'add', expressions: [e.add(input(0, 'float32'), 1)], scalars: [] }
for (let i = 0; i < 20; i++) backend.run({ ...call, shape: layout.shape, inputs: [x], outputs: [x] })
const { threads } = backend.capabilities
const right = new Set(backend.readSync(x.buffer)).size === 1
const over = performance.timeOrigin + performance.now()
console.log(JSON.stringify({ threads, cores: availableParallelism(), right, over }))
if (how === 'rejecting') Promise.reject(new Error('nobody handles this'))
`

let program: string

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    conditions: ['@nabla/source'],
    write: false,
    logLevel: 'error',
    tsconfigRaw: '{}',
  })
  program = outputFiles[0]?.text ?? ''
})

async function run(how: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-', how], { timeout: 25_000 })
  child.stdin.end(program)
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  const end = performance.timeOrigin + performance.now()
  return { output, errors, code, end }
}

interface Told {
  readonly threads: number
  readonly cores: number
  readonly right: boolean
  /** When all was computed, in milliseconds since 1970. */
  readonly over: number
}

// A machine that is busy may stop a process for a while.
it.each([
  ['after its work', 'plain', 0],
  ['while workers are being started', 'starting', 0],
  ['while workers look for work without end', 'spinning', 0],
  ['by an unhandled rejection, as any process does', 'rejecting', 1],
] as const)('a process ends %s', { retry: 2 }, async (_, how, wanted) => {
  const { output, errors, code, end } = await run(how)
  expect(code).toBe(wanted)
  if (how === 'rejecting') expect(errors).toMatch(/nobody handles this/)
  else expect(errors).toBe('')
  const { threads, cores, right, over }: Told = JSON.parse(output)
  expect(threads).toBe(Math.min(8, cores))
  expect(right).toBe(true)
  expect(end - over).toBeLessThan(1000)
})
