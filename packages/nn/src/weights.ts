/**
 * Weights by path: what is written to a file, and how it comes back into a model.
 */
import { formatShape, sameShape, stopGradient, type Tensor, ValueError } from '@nabla/core'
import type { Module, NamedVariable } from './module.js'

/**
 * All weights of a module by path, e.g. `hidden/kernel`: its variables' present tensors, which stay the module's own.
 *
 * @example await saveSafetensors('model.safetensors', weightsOf(model))
 */
export function weightsOf(module: Module): Record<string, Tensor> {
  return Object.fromEntries(module.namedVariables().map(({ path, variable }) => [path, variable.value]))
}

export interface LoadWeightsOptions {
  /** Loads what there is for both and leaves the rest, as for a part taken from another model; default false. */
  readonly partial?: boolean
}

/** A few names, and how many more there are. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `"${name}"`)
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ')
}

function requireSameNames(
  variables: readonly NamedVariable[],
  weights: Readonly<Record<string, Tensor>>,
): void {
  const paths = new Set(variables.map(({ path }) => path))
  const missing = [...paths].filter((path) => !Object.hasOwn(weights, path))
  const extra = Object.keys(weights).filter((path) => !paths.has(path))
  if (missing.length === 0 && extra.length === 0) return
  const complaints = [
    ...(missing.length > 0 ? [`none for ${listed(missing)}`] : []),
    ...(extra.length > 0 ? [`${listed(extra)}, which the model doesn't have`] : []),
  ]
  throw new ValueError('loadWeights', {
    expected: 'exactly the weights of the model',
    received: complaints.join('; '),
    fix:
      paths.size === 0
        ? 'the model has no weights yet: give it an inputShape or call it once before'
        : 'load into a model of the same configuration, or pass { partial: true } to load those that fit',
  })
}

function requireFit({ path, variable }: NamedVariable, weight: Tensor): void {
  if (!sameShape(weight.shape, variable.shape)) {
    throw new ValueError('loadWeights', {
      expected: `"${path}" to be ${formatShape(variable.shape)}`,
      received: formatShape(weight.shape),
      fix: 'load into a model of the same configuration and input shape',
    })
  }
  const { backend } = variable.value
  if (weight.backend === backend) return
  throw new ValueError('loadWeights', {
    expected: `"${path}" on the backend of the model, "${backend.name}"`,
    received: `one on another backend, "${weight.backend.name}"`,
    fix: 'move the weights first: await weight.to(backend)',
  })
}

/**
 * Replaces the weights of a module by those of a record; they are cast to the types of the module's own. The record's
 * tensors stay the caller's.
 *
 * @throws ValueError naming weights that are missing, unknown or of another shape; nothing is changed then.
 * @example loadWeights(model, weightsOf(other))
 */
export function loadWeights(
  module: Module,
  weights: Readonly<Record<string, Tensor>>,
  { partial = false }: LoadWeightsOptions = {},
): void {
  const variables = module.namedVariables()
  if (!partial) requireSameNames(variables, weights)
  const pairs = variables.flatMap((named) => {
    const weight = weights[named.path]
    return weight === undefined ? [] : [{ named, weight }]
  })
  for (const { named, weight } of pairs) requireFit(named, weight)
  for (const { named, weight } of pairs) {
    const { variable } = named
    variable.assign(weight.dtype === variable.dtype ? stopGradient(weight) : weight.cast(variable.dtype))
  }
}
