/** Watching a backend from outside: which calls it gets, and what stays in its memory. */
import { type Backend, decorate, type KernelCall } from '@nabla/backend'
import { memory } from '@nabla/core'
import type { Findings } from '../case.js'

/** Notes what stays in memory after `body`. */
export async function withoutLeaks(
  backend: Backend,
  findings: Findings,
  what: string,
  body: () => Promise<void>,
): Promise<void> {
  const tensors = memory().tensors
  const { buffers } = backend.memory()
  await body()
  const left = memory().tensors - tensors
  const leftBuffers = backend.memory().buffers - buffers
  if (left !== 0 || leftBuffers !== 0)
    findings.add(`${what}: ${left} tensors and ${leftBuffers} buffers stay in memory`)
}

/** The same backend, noting some of the calls that it is asked for. */
export function noting(
  backend: Backend,
  which: (call: KernelCall) => boolean,
): { readonly backend: Backend; readonly calls: KernelCall[] } {
  const calls: KernelCall[] = []
  const run: Backend['run'] = (call) => {
    if (which(call)) calls.push(call)
    backend.run(call)
  }
  return { backend: decorate(backend, { run, prepare: undefined }), calls }
}

/** The same backend, claiming no composites: operations then run their decompositions. */
export function withoutComposites(backend: Backend): Backend {
  return decorate(backend, { capabilities: { ...backend.capabilities, composites: [] } })
}
