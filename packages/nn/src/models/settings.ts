/**
 * Settings as they come out of a file: read with a check of their type.
 */
import { ValueError } from '@nabla/core'
import { type ActivationName, isActivationName } from '../activations.js'

export type Settings = Readonly<Record<string, unknown>>

function wrong(name: string, expected: string, value: unknown): ValueError {
  return new ValueError('layerFrom', {
    expected: `"${name}" to be ${expected}`,
    received: value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value),
    fix: 'pass what layer.configuration() gave, unchanged',
  })
}

export function numberSetting(settings: Settings, name: string): number {
  const value = settings[name]
  if (typeof value === 'number') return value
  throw wrong(name, 'a number', value)
}

export function activationSetting(settings: Settings, name: string): ActivationName {
  const value = settings[name]
  if (typeof value === 'string' && isActivationName(value)) return value
  throw wrong(name, 'the name of an activation', value)
}

export function numbersSetting(settings: Settings, name: string): readonly number[] {
  const value = settings[name]
  if (Array.isArray(value) && value.every((each) => typeof each === 'number')) return value
  throw wrong(name, 'a list of numbers', value)
}

/** [height, width] */
export function pairSetting(settings: Settings, name: string): readonly [number, number] {
  const [first, second, ...more] = numbersSetting(settings, name)
  if (first !== undefined && second !== undefined && more.length === 0) return [first, second]
  throw wrong(name, 'two numbers', settings[name])
}

function isRecord(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function recordsSetting(settings: Settings, name: string): readonly Settings[] {
  const value = settings[name]
  if (Array.isArray(value) && value.every(isRecord)) return value
  throw wrong(name, 'a list of configurations', value)
}
