/**
 * The workers of Node, where there are any; looked up without an import, so that bundlers see nothing.
 */
type NodeWorkers = typeof import('node:worker_threads')

interface Host {
  readonly process?: { getBuiltinModule?(name: 'node:worker_threads'): NodeWorkers }
}

export function nodeWorkers(): NodeWorkers | undefined {
  const { process }: Host = globalThis
  return process?.getBuiltinModule?.('node:worker_threads')
}
