/**
 * What happens when the loss is no finite number: the step is undone, replayed under observation, and the error says
 * where the first such number came from.
 */
import {
  defaultGenerator,
  detectAnomaly,
  IndexError,
  NablaError,
  scope,
  stopGradient,
  type Tensor,
  ValueError,
  type Variable,
} from '@nabla/core'
import type { Module } from '../module.js'
import type { Batch } from './data.js'

/**
 * What a forward pass changes besides its result: statistics that layers keep, and random generators.
 *
 * @returns puts everything back; to be called, any number of times, before the surrounding scope ends
 */
export function rememberState(model: Module, variables: readonly Variable[]): () => void {
  const kept = variables.flatMap((variable) =>
    variable.trainable ? [] : [{ variable, value: stopGradient(variable.value) }],
  )
  const rewind = rememberGenerators(model)
  return () => {
    for (const { variable, value } of kept) variable.assign(stopGradient(value))
    rewind()
  }
}

/** The random generators that a model uses. @returns puts them back to where they are now */
export function rememberGenerators(model: Module): () => void {
  const generators = [defaultGenerator(), ...model.namedGenerators().map(([, generator]) => generator)]
  const states = generators.map((generator) => generator.state())
  return () => {
    generators.forEach((generator, position) => {
      const state = states[position]
      if (state !== undefined) generator.restore(state)
    })
  }
}

function isFinite(x: Tensor): boolean {
  return x.dataSync().every((value: number) => Number.isFinite(value))
}

/** Where numbers that aren't finite came from before the step, if they did. */
function givenBefore(model: Module, { inputs, targets }: Batch): string | undefined {
  if (!isFinite(inputs)) return 'the inputs of the batch have some'
  if (!isFinite(targets)) return 'the targets of the batch have some'
  const spoilt = model.namedVariables().find(({ variable }) => !isFinite(variable.value))
  return spoilt && `the weights "${spoilt.path}" have some, from the gradient of an earlier step`
}

/**
 * The first NaN or else, where masks of -Infinity are innocent, the first infinity of a run; or what the run itself
 * complained about.
 */
function firstAnomaly(replay: () => void): NablaError | undefined {
  for (const infinities of [false, true]) {
    try {
      scope(() => void detectAnomaly(replay, { infinities }))
    } catch (error) {
      if (error instanceof NablaError) return error
      throw error
    }
  }
  return undefined
}

/**
 * Class numbers (or others) beyond what there is: a recorded step can't look at them and makes the loss NaN, while the
 * same step run by itself refuses them, naming the number and how many there are.
 */
function outOfRange(error: IndexError): string {
  return `the batch has an index out of range: ${error.message.replace(/\. Fix: .*$/s, '')}`
}

/**
 * The error for a loss that isn't finite. For backends that read at once.
 *
 * @param where the step, in words
 * @param replay runs the step again, without changing weights
 */
export function diagnose(
  model: Module,
  batch: Batch,
  { loss, where, rate }: { readonly loss: number; readonly where: string; readonly rate: number },
  replay: () => void,
): ValueError {
  const given = givenBefore(model, batch)
  const anomaly = given === undefined ? firstAnomaly(replay) : undefined
  const origin =
    anomaly instanceof IndexError
      ? outOfRange(anomaly)
      : anomaly
        ? `the first operation to make such a number is ${anomaly.where}`
        : (given ?? 'no operation of a second run made such a number')
  const fix =
    anomaly instanceof IndexError
      ? 'check the targets: class numbers count from 0, up to one less than the model has outputs'
      : 'lower the learning rate, clip gradients (globalClipNorm), look for NaN in the data, or use a loss from logits'
  return new ValueError(
    'fit',
    {
      expected: 'a finite loss',
      received: `${loss} at ${where} with learning rate ${rate}; ${origin}`,
      fix: `${fix}; the weights are those before this step`,
    },
    anomaly === undefined ? {} : { cause: anomaly },
  )
}

/** The error for backends that can't read at once, where it shows only in a report. */
export function divergedSince(loss: number, where: string, rate: number): ValueError {
  return new ValueError('fit', {
    expected: 'a finite loss',
    received: `${loss} as the mean of the epoch up to ${where}, with learning rate ${rate}`,
    fix: 'lower the learning rate, clip gradients (globalClipNorm), or train on the cpu backend, which names the operation; earlyStopping brings back the best weights',
  })
}
