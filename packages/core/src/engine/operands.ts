/**
 * The check that what an operation was given are tensors, and of this copy of the package.
 */
import { type NablaError, ValueError } from '@nabla/backend'
import { isForeignTensor, TensorHandle } from './handle.js'

/** Says why a value can't be an operand. */
export function notATensor(operation: string, value: unknown): NablaError {
  if (isForeignTensor(value)) {
    return new ValueError(operation, {
      expected: 'tensors of one copy of @nabla/core',
      received: 'a tensor that another copy of the package made',
      fix: 'install one version only: look for a second one with "npm ls @nabla/core", and see that bundles share it',
    })
  }
  const isArray = Array.isArray(value) || ArrayBuffer.isView(value)
  const isPromise = value instanceof Promise
  return new ValueError(operation, {
    expected: 'a tensor',
    received: isArray ? 'an array' : isPromise ? 'a promise' : value === null ? 'null' : typeof value,
    fix: isArray ? 'make it a tensor first: tensor(values)' : isPromise ? 'await it first' : 'pass a tensor',
  })
}

/** Checks one operand. */
export function requireTensor(operation: string, value: unknown): void {
  if (!(value instanceof TensorHandle)) throw notATensor(operation, value)
}
