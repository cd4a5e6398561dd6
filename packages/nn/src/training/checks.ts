/**
 * Checks of options: unknown names and values out of range are errors, never silently ignored.
 */
import { ValueError } from '@nabla/core'

/** Every name of an options type, once: a missing or surplus one doesn't compile. */
export type Names<O> = Readonly<Record<keyof O, true>>

/** Refuses names that don't exist. @param where who takes the options, e.g. `fit` */
export function requireKnown<O extends object>(where: string, options: O, names: Names<O>, hint = ''): void {
  const unknown = Object.keys(options).find((key) => !Object.hasOwn(names, key))
  if (unknown === undefined) return
  throw new ValueError(where, {
    expected: `options among ${Object.keys(names).join(', ')}`,
    received: `"${unknown}"`,
    fix: hint === '' ? 'correct the name' : `correct the name; ${hint}`,
  })
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

/** Refuses a value for which `holds` is false. */
export function requireOption(
  where: string,
  name: string,
  value: unknown,
  holds: boolean,
  expected: string,
): void {
  if (holds) return
  throw new ValueError(where, {
    expected: `${name} to be ${expected}`,
    received: describe(value),
    fix: `change ${name}, or leave it out for its default`,
  })
}

/** Refuses a number that isn't whole or is below `least`. */
export function requireWhole(where: string, name: string, value: number, least: number): void {
  const holds = Number.isSafeInteger(value) && value >= least
  requireOption(where, name, value, holds, `a whole number of at least ${least}`)
}
