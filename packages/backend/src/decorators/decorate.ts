/**
 * What all decorators share: a backend that forwards everything it isn't told to change.
 */
import type { Backend } from '../backend.js'

/** A backend that does what `inner` does, except for the given methods. */
export function decorate(inner: Backend, changes: Partial<Backend>): Backend {
  return {
    name: inner.name,
    capabilities: inner.capabilities,
    allocate: (dtype, length) => inner.allocate(dtype, length),
    release: (buffer) => inner.release(buffer),
    write: (buffer, data) => inner.write(buffer, data),
    read: (buffer, offset, length) => inner.read(buffer, offset, length),
    ...(inner.readSync && { readSync: inner.readSync.bind(inner) }),
    ...(inner.timed && { timed: inner.timed.bind(inner) }),
    ...(inner.prepare && { prepare: inner.prepare.bind(inner) }),
    ...(inner.room && { room: inner.room.bind(inner) }),
    run: (call) => inner.run(call),
    synchronize: () => inner.synchronize(),
    memory: () => inner.memory(),
    dispose: () => inner.dispose(),
    ...changes,
  }
}
