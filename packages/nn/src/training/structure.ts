/**
 * The structure of a model, as far as a captured step depends on it: a model that was changed is captured anew.
 */
import type { Module } from '../module.js'

/** What a program was captured for: all modules and variables, by identity, and which variables are trainable. */
export function structureOf(model: Module): readonly (object | boolean)[] {
  const found: (object | boolean)[] = []
  const seen = new Set<object>()
  const visit = (module: Module): void => {
    if (seen.has(module)) return
    seen.add(module)
    found.push(module)
    for (const [, member] of module.members()) {
      if ('members' in member) visit(member)
      else {
        found.push(member)
        if ('trainable' in member) found.push(member.trainable)
      }
    }
  }
  visit(model)
  return found
}
