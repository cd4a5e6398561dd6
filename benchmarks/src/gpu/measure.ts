/**
 * Measuring work that is queued: so many runs that a sample takes a while are queued one behind the other, and the clock
 * stops when the device has done them all. So neither the latency of one answer nor the host's part is in the figure,
 * unless the host is slower than the device.
 */
export interface Load {
  readonly name: string
  /** What one run does, in the unit's base: floating-point operations, bytes, or runs. */
  readonly work: number
  readonly unit: Unit
  prepare(): Promise<Queue> | Queue
}

/** How a row is stated. */
export type Unit = 'TFLOP/s' | 'GB/s' | 'ms' | 'us'

export interface Queue {
  /** Queues one run. */
  enqueue(): void
  /** Resolves when all is done. */
  finish(): Promise<void>
  /** Frees what the row used. */
  dispose(): void
}

export interface GpuResult {
  readonly name: string
  readonly unit: Unit
  readonly value: number
  /** Milliseconds of one run. */
  readonly milliseconds: number
  readonly queued: number
}

export interface Sampling {
  readonly samples: number
  /** What each takes, about. */
  readonly milliseconds: number
}

export const SAMPLING: Sampling = { samples: 7, milliseconds: 200 }
export const QUICK_SAMPLING: Sampling = { samples: 3, milliseconds: 20 }

const MOST_QUEUED = 1000

async function timeOf(queue: Queue, runs: number): Promise<number> {
  const start = performance.now()
  for (let i = 0; i < runs; i++) queue.enqueue()
  await queue.finish()
  return performance.now() - start
}

function stated(unit: Unit, work: number, milliseconds: number): number {
  switch (unit) {
    case 'TFLOP/s':
      return work / milliseconds / 1e9
    case 'GB/s':
      return work / milliseconds / 1e6
    case 'ms':
      return milliseconds / work
    case 'us':
      return (milliseconds / work) * 1000
  }
}

/** The median of the samples. */
export async function measureLoad(
  { name, work, unit, prepare }: Load,
  sampling: Sampling,
): Promise<GpuResult> {
  const queue = await prepare()
  await timeOf(queue, 1)
  await timeOf(queue, 3)
  const single = (await timeOf(queue, 3)) / 3
  const queued = Math.max(1, Math.min(MOST_QUEUED, Math.round(sampling.milliseconds / single)))
  const samples: number[] = []
  for (let sample = 0; sample < sampling.samples; sample++)
    samples.push((await timeOf(queue, queued)) / queued)
  queue.dispose()
  samples.sort((a, b) => a - b)
  const milliseconds = samples[sampling.samples >> 1] as number
  return { name, unit, value: stated(unit, work, milliseconds), milliseconds, queued }
}
