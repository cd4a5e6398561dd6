/**
 * The page that tries a backend in a worker: whether the page stays free while it trains, cancels, and what is said about
 * workers that die.
 */
import { createWorkerBackend, matmul, normal, ones, setDefaultBackend, type WorkerBackend } from 'nabla'
import { trainDigits } from '../train-digits.js'
import { report } from './report.js'

export interface WorkerReport {
  /** The nineteenth of twenty gaps between tasks of the page while it trains, and the longest, in milliseconds. */
  readonly gaps: { readonly often: number; readonly longest: number }
  readonly accuracy: number
  /** Kernels that were dropped of those queued, and how the pending read failed. */
  readonly cancelled: { readonly kernels: number; readonly error: string }
  /** Whether the backend computes after that. */
  readonly isUsable: boolean
  /** What is said about a worker that dies, by how it does. */
  readonly deaths: Readonly<Record<string, string>>
}

/** Gaps between turns of the event loop while something goes on. */
async function gapsDuring(work: () => Promise<void>): Promise<WorkerReport['gaps']> {
  const gaps: number[] = []
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    gaps.push(now - last)
    last = now
  }, 4)
  await work()
  clearInterval(timer)
  gaps.sort((a, b) => a - b)
  return { often: gaps[Math.floor(gaps.length * 0.95)] ?? 0, longest: gaps.at(-1) ?? 0 }
}

const failure = (work: Promise<unknown>): Promise<string> => work.then(() => 'no error', String)

async function cancelInTheMiddle(backend: WorkerBackend): Promise<WorkerReport['cancelled']> {
  const x = normal([512, 512])
  await x.data()
  let y = matmul(x, x)
  for (let i = 0; i < 200; i++) y = matmul(x, y)
  const pending = failure(y.data())
  // While it is at one of them.
  await new Promise((resolve) => setTimeout(resolve, 100))
  const { kernels } = await backend.cancel()
  return { kernels, error: await pending }
}

/** Dies by a file of the site, when the first kernels come. */
async function dieBy(file: string): Promise<string> {
  const worker = new Worker(`/${file}`, { type: 'module' })
  try {
    const backend = await createWorkerBackend({ worker, backend: 'cpu' })
    return await failure(ones([4], { backend }).exp().data())
  } catch (error) {
    return String(error)
  }
}

report(async (parameters): Promise<WorkerReport> => {
  const name = parameters.get('backend') ?? 'worker:wasm'
  let accuracy = 0
  const gaps = await gapsDuring(async () => {
    accuracy = (await trainDigits(name)).testAccuracy
  })
  const backend = await createWorkerBackend({ backend: name.replace('worker:', '') })
  setDefaultBackend(backend)
  const cancelled = await cancelInTheMiddle(backend)
  const isUsable = (await ones([3]).sum().item()) === 3
  const files = (parameters.get('deaths') ?? '').split(',')
  const deaths: Record<string, string> = {}
  for (const file of files) deaths[file] = await dieBy(file)
  return { gaps, accuracy, cancelled, isUsable, deaths }
})
