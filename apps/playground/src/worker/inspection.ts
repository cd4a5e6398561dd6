/**
 * The captured training step of the present network: its kernels, and the time that each takes.
 */
import {
  type Backend,
  DataLoader,
  decodeSafetensors,
  encodeSafetensors,
  inspect,
  loadWeights,
  modelFrom,
  optimizerFrom,
  type ProfileEntry,
  profile,
  programFacts,
  setDefaultBackend,
  weightsOf,
} from 'nabla'
import type { KernelFacts, ProgramReport } from '../protocol.js'
import { labelOf } from './backends.js'
import { Learner } from './learner.js'
import { type Pictures, pause } from './pictures.js'
import { Progress } from './post.js'

/** Steps before the measuring, for the engine to compile what it runs, and steps that are measured at least. */
const WARM_UP = 4
const MEASURED = 12
/** By a device's clock, which is coarse, as many as fit in these milliseconds. */
const WHILE = 1500
const MOST_MEASURED = 120

/** One kernel of the text that `inspect` gives: number, kind, shape, what it computes, and where it comes from. */
const KERNEL = /^\s*(\d+) {2}(\S+) {2,}(.*?) {2,}(.*?) {3}\[(.*)\]$/

function kernelsIn(text: string): KernelFacts[] {
  return text.split('\n').flatMap((line) => {
    const [, number, kind = '', shape = '', computes = '', label = ''] = KERNEL.exec(line) ?? []
    if (number === undefined) return []
    const unmeasured = { microseconds: undefined, gigaflops: undefined, gigabytes: undefined }
    return [{ number: Number(number), kind, shape, computes, label, ...unmeasured }]
  })
}

/** A copy of a network on a backend that measures, so that the training itself isn't slowed down. */
async function copyOn(learner: Learner, backend: Backend): Promise<Learner> {
  const { optimizer } = learner
  const bytes = await encodeSafetensors(weightsOf(learner.model))
  setDefaultBackend(backend)
  const model = modelFrom(learner.model.configuration())
  loadWeights(model, decodeSafetensors(bytes).tensors)
  return new Learner(model, optimizerFrom(optimizer.configuration), backend)
}

interface MeasuredStep {
  readonly entries: readonly ProfileEntry[]
  /** Of the whole step, as the calling side waited for it. */
  readonly microseconds: number
}

/** Whether the times of kernels are only those of queueing them. */
const onlyQueues = ({ timed, capabilities }: Backend): boolean =>
  timed === undefined && !capabilities.synchronousRead

/** Runs some steps of a copy; returns those that count. */
async function measure(learner: Learner, pictures: Pictures): Promise<readonly MeasuredStep[]> {
  const progress = new Progress('profile')
  const profiled = profile(learner.backend)
  const copy = await copyOn(learner, profiled)
  const steps: MeasuredStep[] = []
  try {
    const loader = new DataLoader(pictures.train, { batchSize: 64, shuffle: true, dropLast: true })
    let step = 0
    let end = Number.POSITIVE_INFINITY
    for await (const batch of loader.hostBatches()) {
      profiled.resetProfile()
      const start = performance.now()
      await copy.train(batch)
      const now = performance.now()
      step += 1
      if (step === WARM_UP) end = learner.backend.timed === undefined ? now : now + WHILE
      if (step > WARM_UP) steps.push({ entries: [...profiled.entries()], microseconds: (now - start) * 1000 })
      if (steps.length >= MEASURED && (now > end || steps.length === MOST_MEASURED)) break
      progress.report(Math.min(1, step / (WARM_UP + MEASURED)))
      await pause()
    }
  } finally {
    copy.dispose()
    setDefaultBackend(learner.backend)
    progress.done()
  }
  return steps
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/**
 * What stands for all measurements of a kernel. A device's clock is read in steps of 0.1 ms by browsers: only the mean of
 * several says something about a short kernel. On this side of it there are pauses of the engine, which the median leaves out.
 */
const typicalOf = (backend: Backend) => (backend.timed === undefined ? median : mean)

/** Kernels with their typical times; nothing is added where the calls don't match the text. */
function timed(
  kernels: readonly KernelFacts[],
  steps: readonly MeasuredStep[],
  typical: (values: readonly number[]) => number,
): readonly KernelFacts[] {
  return kernels.map((kernel, position) => {
    const calls = steps.flatMap(({ entries }) => {
      // A step may begin with calls that fill in constants: the program is its end.
      const entry = entries[entries.length - kernels.length + position]
      return entry === undefined ? [] : [entry]
    })
    const [first] = calls
    if (first === undefined) return kernel
    const microseconds = typical(calls.map((call) => call.microseconds))
    if (microseconds === 0) return kernel
    return {
      ...kernel,
      microseconds,
      gigaflops: first.operations / microseconds / 1000,
      gigabytes: first.bytes / microseconds / 1000,
    }
  })
}

export async function inspectLearner(
  learner: Learner,
  pictures: Pictures,
  measured: boolean,
): Promise<ProgramReport> {
  if (programFacts(learner.step).length === 0) {
    // A model from a file has not been captured yet.
    const copy = await copyOn(learner, learner.backend)
    const { inputs, targets } = pictures.train.take(64).all()
    await copy.train({ inputs, targets })
    const report = await reportOf(copy, learner, pictures, measured)
    copy.dispose()
    return report
  }
  return reportOf(learner, learner, pictures, measured)
}

async function reportOf(
  captured: Learner,
  learner: Learner,
  pictures: Pictures,
  measured: boolean,
): Promise<ProgramReport> {
  const [facts] = programFacts(captured.step)
  // The text of the first program: others are for the last batch of an epoch, which is smaller.
  const text = inspect(captured.step).split('\n\n')[1] ?? ''
  const steps = measured ? await measure(learner, pictures) : []
  const typical = typicalOf(learner.backend)
  const isWhole = onlyQueues(learner.backend)
  const kernels = timed(kernelsIn(text), isWhole ? [] : steps, typical)
  const totals = steps.map(({ entries, microseconds: whole }) =>
    isWhole ? whole : entries.reduce((sum, { microseconds }) => sum + microseconds, 0),
  )
  return {
    backend: labelOf(learner.backend),
    recorded: facts?.recorded ?? 0,
    kernels,
    arenaBytes: facts?.arenaBytes ?? 0,
    temporaryBytes: facts?.temporaryBytes ?? 0,
    eliminated: /eliminated: ([^)]*)\)/.exec(text)?.[1] ?? '',
    text,
    summary: learner.model.summary(),
    stepMicroseconds: totals.length === 0 ? undefined : typical(totals),
    isWhole,
  }
}
