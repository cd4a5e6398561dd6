/** What a product needs of the threads that share it. */
import type { Kernel } from '../assembler/index.js'

export interface Crew {
  readonly threads: number
  /** Whether they can be had now. */
  readonly ready: boolean
  /** Takes kernels that other threads will run. */
  readonly library: { add(bytes: Uint8Array, kernels: readonly Kernel[]): void }
  /** One range of `count` things for each thread, at multiples of `unit`; returns when all are done. */
  divide(count: number, unit: number, body: (thread: number, from: number, to: number) => void): void
  /** Calls a kernel on the thread whose range `divide` is at. */
  call(kernel: Kernel, parameters: readonly number[]): void
}
