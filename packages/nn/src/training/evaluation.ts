/**
 * A pass over data without learning: what `evaluate` and validation are.
 */
import { breathe } from '@nabla/core'
import type { BatchSource } from './data.js'
import type { Learner } from './learner.js'
import type { Reporter } from './progress.js'
import { Ticker } from './ticker.js'

interface EvaluationPass {
  /** Who evaluates, for messages. */
  readonly name: string
  readonly reporter: Reporter
  readonly signal: AbortSignal | undefined
  readonly jit: boolean
}

/** Loss and metrics by name; `undefined` when the signal ended it. */
export async function evaluateOn(
  learner: Learner,
  source: BatchSource,
  { name, reporter, signal, jit }: EvaluationPass,
): Promise<Record<string, number> | undefined> {
  const { scores } = learner
  const ticker = new Ticker()
  const progress = async () => ({
    step: ticker.steps,
    seconds: ticker.seconds,
    samples: scores.samples,
    values: await scores.read(),
  })
  scores.begin(name)
  try {
    reporter.begin('Evaluation', source.length)
    for await (const batch of source.batches()) {
      if (signal?.aborted) return undefined
      learner.score(batch, jit)
      const isDue = ticker.tick()
      await breathe(learner.backend())
      if (isDue && reporter.live) reporter.update(await progress())
    }
    const result = await progress()
    reporter.end(result)
    return result.values
  } finally {
    scores.end()
    reporter.interrupt()
  }
}

/** Names of validation results: `loss` becomes `validationLoss`. */
export function prefixed(results: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(results).map(([name, value]) => [
      `validation${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      value,
    ]),
  )
}
