/**
 * Where the random numbers of a module stand: with the weights and the optimizer's state, what it takes to go on from a
 * checkpoint exactly.
 */
import { type GeneratorState, ValueError } from '@nabla/core'
import type { Module } from './module.js'

/** The states of all generators of a module by path, as plain data. @example randomStateOf(model)['dropout/generator'] */
export function randomStateOf(module: Module): Record<string, GeneratorState> {
  return Object.fromEntries(module.namedGenerators().map(([path, generator]) => [path, generator.state()]))
}

/**
 * Brings the generators of a module to saved states.
 *
 * @throws ValueError when one is missing
 */
export function restoreRandomState(module: Module, states: Readonly<Record<string, GeneratorState>>): void {
  const pairs = module
    .namedGenerators()
    .map(([path, generator]) => ({ path, generator, state: states[path] }))
  for (const { path, state } of pairs) {
    if (state !== undefined) continue
    throw new ValueError('restoreRandomState', {
      expected: `a state for "${path}"`,
      received: `states for ${Object.keys(states).join(', ') || 'none'}`,
      fix: 'restore into a model of the same configuration',
    })
  }
  for (const { generator, state } of pairs) if (state !== undefined) generator.restore(state)
}
