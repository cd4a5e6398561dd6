/** A device that has no memory for large buffers, or has it only when asked again. */

interface Shortage {
  /** Bytes from which on a buffer doesn't fit. */
  readonly from: number
  /** How often that is so. */
  readonly times: number
}

/** What stands in for a device's methods, whose other members are its own. */
function replaceMethods(device: GPUDevice, methods: Partial<GPUDevice>): GPUDevice {
  return new Proxy(device, {
    get(target, name) {
      if (name in methods) return Reflect.get(methods, name)
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

/**
 * Makes a device on which allocations fail: such a buffer is one that nothing can be done with, and the scope for missing
 * memory around it catches an error, as on a real device.
 */
export function outOfMemory({ from, times }: Shortage): (device: GPUDevice) => GPUDevice {
  return (device) => {
    let left = times
    const scopes: { readonly filter: GPUErrorFilter; failed: boolean }[] = []
    return replaceMethods(device, {
      pushErrorScope(filter) {
        scopes.push({ filter, failed: false })
        device.pushErrorScope(filter)
      },
      async popErrorScope() {
        const scope = scopes.pop()
        const caught = await device.popErrorScope()
        return scope?.failed ? ({ message: 'there is none left' } as GPUOutOfMemoryError) : caught
      },
      createBuffer(descriptor) {
        const isMissing = descriptor.size >= from && descriptor.size < 65536 && left > 0
        if (!isMissing) return device.createBuffer(descriptor)
        left -= 1
        const scope = scopes.findLast(({ filter }) => filter === 'out-of-memory')
        if (scope !== undefined) scope.failed = true
        device.pushErrorScope('validation')
        const invalid = device.createBuffer({ ...descriptor, usage: 0 })
        void device.popErrorScope()
        return invalid
      },
    })
  }
}
