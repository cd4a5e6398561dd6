/**
 * The cpu backend with other capabilities than it has, to see what is done where they are missing. Only tests import
 * it.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import type { Backend } from '@nabla/core'

export interface Lacking {
  /** Whether it can read at once; default true. */
  readonly synchronousRead?: boolean
  /** Whether it has kernels for softmax and the like; default true. */
  readonly composites?: boolean
  /** Whether it is said that calls are costly; default false. */
  readonly callsAreCostly?: boolean
}

/** A cpu backend that lacks something. */
export function lacking({
  synchronousRead = true,
  composites = true,
  callsAreCostly = false,
}: Lacking): Backend {
  const cpu = createCpuBackend()
  const { capabilities, readSync } = cpu
  return {
    name: 'lacking',
    capabilities: {
      ...capabilities,
      synchronousRead,
      callsAreCostly,
      composites: composites ? capabilities.composites : [],
    },
    allocate: (dtype, length) => cpu.allocate(dtype, length),
    release: (buffer) => cpu.release(buffer),
    write: (buffer, data) => cpu.write(buffer, data),
    read: (buffer, offset, length) => cpu.read(buffer, offset, length),
    ...(synchronousRead && readSync !== undefined && { readSync: readSync.bind(cpu) }),
    run: (call) => cpu.run(call),
    synchronize: () => cpu.synchronize(),
    memory: () => cpu.memory(),
    dispose: () => cpu.dispose(),
  }
}
