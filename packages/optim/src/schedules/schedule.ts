/**
 * Learning-rate schedules as plain data, so that they are saved with a model and resumed exactly: a schedule is an
 * object, `learningRateAt` says what it means.
 */
import { ValueError } from '@nabla/core'

/** A learning rate as a function of the number of steps taken so far. */
export type Schedule =
  | { readonly kind: 'constant'; readonly rate: number }
  /** Divided by 1/factor every `every` steps. */
  | { readonly kind: 'step'; readonly initial: number; readonly factor: number; readonly every: number }
  /** initial · factor^(step / steps); in stairs if `staircase`. */
  | {
      readonly kind: 'exponential'
      readonly initial: number
      readonly factor: number
      readonly steps: number
      readonly staircase: boolean
    }
  /** Half a cosine from initial to final, then final (Loshchilov & Hutter 2017, without restarts). */
  | { readonly kind: 'cosine'; readonly initial: number; readonly final: number; readonly steps: number }
  /** (initial − final) · (1 − step / steps)^power + final, then final. */
  | {
      readonly kind: 'polynomial'
      readonly initial: number
      readonly final: number
      readonly steps: number
      readonly power: number
    }
  /** Linear from `from` to the start of `after`, which begins after `steps`. */
  | { readonly kind: 'warmUp'; readonly steps: number; readonly from: number; readonly after: Schedule }
  /** Up from maximum / divisor to maximum, then down to maximum / (divisor · finalDivisor) (Smith & Topin 2018). */
  | {
      readonly kind: 'oneCycle'
      readonly maximum: number
      readonly steps: number
      readonly rise: number
      readonly divisor: number
      readonly finalDivisor: number
    }
  /** `rates[i]` until step `boundaries[i]`, the last rate afterwards. */
  | { readonly kind: 'piecewise'; readonly boundaries: readonly number[]; readonly rates: readonly number[] }

const KINDS: Record<Schedule['kind'], true> = {
  constant: true,
  step: true,
  exponential: true,
  cosine: true,
  polynomial: true,
  warmUp: true,
  oneCycle: true,
  piecewise: true,
}

/** Whether a value read from a file is a schedule, by its kind. */
export function isSchedule(value: unknown): value is Schedule {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && Object.hasOwn(KINDS, String(value.kind))
  )
}

/** Half a cosine from `start` to `end` as `progress` goes from 0 to 1. */
function cosineBetween(start: number, end: number, progress: number): number {
  return end + ((start - end) * (1 + Math.cos(Math.PI * Math.min(1, progress)))) / 2
}

function oneCycleAt(schedule: Extract<Schedule, { kind: 'oneCycle' }>, step: number): number {
  const { maximum, steps, rise, divisor, finalDivisor } = schedule
  const top = rise * steps
  const start = maximum / divisor
  if (step < top) return cosineBetween(start, maximum, step / top)
  return cosineBetween(maximum, start / finalDivisor, (step - top) / (steps - top))
}

/**
 * The learning rate for the step after `step` steps (0 for the first).
 *
 * @example learningRateAt(cosineDecay(0.1, { steps: 100 }), 50) // 0.05
 */
export function learningRateAt(schedule: Schedule, step: number): number {
  switch (schedule.kind) {
    case 'constant':
      return schedule.rate
    case 'step':
      return schedule.initial * schedule.factor ** Math.floor(step / schedule.every)
    case 'exponential': {
      const progress = step / schedule.steps
      return schedule.initial * schedule.factor ** (schedule.staircase ? Math.floor(progress) : progress)
    }
    case 'cosine':
      return cosineBetween(schedule.initial, schedule.final, step / schedule.steps)
    case 'polynomial': {
      const left = 1 - Math.min(1, step / schedule.steps)
      return (schedule.initial - schedule.final) * left ** schedule.power + schedule.final
    }
    case 'warmUp': {
      if (step >= schedule.steps) return learningRateAt(schedule.after, step - schedule.steps)
      const target = learningRateAt(schedule.after, 0)
      return schedule.from + ((target - schedule.from) * step) / schedule.steps
    }
    case 'oneCycle':
      return oneCycleAt(schedule, step)
    case 'piecewise': {
      const index = schedule.boundaries.findIndex((boundary) => step < boundary)
      return schedule.rates.at(index) as number
    }
  }
}

function requirePositive(where: string, name: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return
  throw new ValueError(where, {
    expected: `${name} to be a positive number`,
    received: String(value),
    fix: `pass ${name} > 0`,
  })
}

/** The same rate for ever. */
export function constantRate(rate: number): Schedule {
  return { kind: 'constant', rate }
}

/** Multiplied by `factor` every `every` steps. */
export function stepDecay(
  initial: number,
  { factor = 0.1, every }: { factor?: number; every: number },
): Schedule {
  requirePositive('stepDecay', 'every', every)
  return { kind: 'step', initial, factor, every }
}

/** Multiplied by `factor` over each `steps` steps, smoothly or in stairs. */
export function exponentialDecay(
  initial: number,
  { factor, steps, staircase = false }: { factor: number; steps: number; staircase?: boolean },
): Schedule {
  requirePositive('exponentialDecay', 'steps', steps)
  return { kind: 'exponential', initial, factor, steps, staircase }
}

/** Down along half a cosine over `steps` steps. */
export function cosineDecay(
  initial: number,
  { steps, final = 0 }: { steps: number; final?: number },
): Schedule {
  requirePositive('cosineDecay', 'steps', steps)
  return { kind: 'cosine', initial, final, steps }
}

/** Down along a polynomial; `power: 1` is linear. */
export function polynomialDecay(
  initial: number,
  { steps, final = 0, power = 1 }: { steps: number; final?: number; power?: number },
): Schedule {
  requirePositive('polynomialDecay', 'steps', steps)
  return { kind: 'polynomial', initial, final, steps, power }
}

/** Linear up to the start of another schedule. @example warmUp(cosineDecay(0.1, { steps: 900 }), { steps: 100 }) */
export function warmUp(
  after: Schedule | number,
  { steps, from = 0 }: { steps: number; from?: number },
): Schedule {
  requirePositive('warmUp', 'steps', steps)
  return { kind: 'warmUp', steps, from, after: typeof after === 'number' ? constantRate(after) : after }
}

/** One rise and one fall over the whole training; `rise` is the fraction of steps spent rising. */
export function oneCycle(
  maximum: number,
  options: { steps: number; rise?: number; divisor?: number; finalDivisor?: number },
): Schedule {
  const { steps, rise = 0.3, divisor = 25, finalDivisor = 1e4 } = options
  requirePositive('oneCycle', 'steps', steps)
  return { kind: 'oneCycle', maximum, steps, rise, divisor, finalDivisor }
}

/** Constant between boundaries: one rate more than there are boundaries. */
export function piecewiseConstant(boundaries: readonly number[], rates: readonly number[]): Schedule {
  if (rates.length !== boundaries.length + 1) {
    throw new ValueError('piecewiseConstant', {
      expected: `one rate more than boundaries (${boundaries.length + 1})`,
      received: `${rates.length} rates`,
      fix: 'add the rate that holds after the last boundary',
    })
  }
  return { kind: 'piecewise', boundaries, rates }
}
