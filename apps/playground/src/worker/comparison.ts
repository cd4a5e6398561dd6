/**
 * The same short training, from the same seed, on every backend that can be had, one after the other.
 */
import type { RunSettings } from '../protocol.js'
import { backendOf, backendOptions, labelOf } from './backends.js'
import { Learner } from './learner.js'
import type { Pictures } from './pictures.js'
import { Progress, post } from './post.js'
import { Training } from './training.js'

interface ComparisonParts {
  readonly settings: RunSettings
  readonly steps: number
  readonly pictures: Pictures
  readonly nextRun: () => number
  readonly started: (training: Training) => void
  readonly isStopped: () => boolean
}

export async function compareBackends(parts: ComparisonParts): Promise<void> {
  const { settings, steps, pictures, nextRun, started, isStopped } = parts
  const all = await backendOptions()
  const options = all.filter(
    ({ available, name, isSoftware }) => available && name !== 'auto' && isSoftware !== true,
  )
  const progress = new Progress('compare')
  for (const [position, { id }] of options.entries()) {
    if (isStopped()) break
    progress.report(position / options.length)
    const backend = await backendOf(id)
    const own = { ...settings, backend: id }
    const learner = Learner.make(own, backend)
    const run = nextRun()
    const training = new Training({
      run,
      learner,
      pictures,
      settings: own,
      look: async ({ steps: done }) => progress.report((position + done / steps) / options.length),
    })
    started(training)
    const { parameterCount: parameters } = learner.model
    const { stepsPerEpoch } = training
    const facts = { id: run, settings: own, backend: labelOf(backend), parameters, stepsPerEpoch }
    post({ kind: 'run', run: { ...facts, compared: true } })
    await training.run(Number.POSITIVE_INFINITY, steps)
    learner.dispose()
  }
  progress.done()
}
