/** What a program would dispatch, without running it: for compiling ahead. */
import { type Buffer, mapBuffers, type Program } from '@nabla/backend'
import type { Dispatch, KernelPlan, PlannedCall } from '../plan/plan.js'

/**
 * All dispatches of a program.
 *
 * @param bound the buffer that a slot stands for, if that is known; each other slot gets one of its own
 */
export function planProgram(
  { calls, slots }: Program,
  plan: (call: PlannedCall) => KernelPlan,
  bound: (slot: number) => Buffer | undefined = () => undefined,
): Dispatch[] {
  const buffers = slots.map(({ dtype, length }, id): Buffer => bound(id) ?? { id, dtype, length })
  return calls.flatMap((call) => {
    const planned = mapBuffers(call, (slot) => buffers[slot] as Buffer)
    return plan(planned).filter(({ groups }) => groups > 0)
  })
}
