/** How much memory this thread uses, after the garbage collector came by; Node is started with `--expose-gc`. */
export function usedMegabytes(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 2 ** 20
}
