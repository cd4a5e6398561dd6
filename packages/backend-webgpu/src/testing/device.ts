/**
 * A GPU for tests. In Node that is mostly Dawn on SwiftShader, the software device that comes with Chromium;
 * VK_ICD_FILENAMES must be in the environment when the process starts (vitest.config.ts sees to it).
 */
import { describe, test } from 'vitest'
import { findAdapter, type OpenOptions, openDevice } from '../device/open.js'

const found = await findAdapter({ allowSoftware: true })

/** Why there is no GPU here, if there is none. */
const missing: string | undefined =
  'reason' in found ? `${found.reason}; see VK_ICD_FILENAMES in vitest.config.ts` : undefined

/** A device of its own for a test; with `requiredLimits` or features if they are given, else as the backend opens it. */
export async function openTestDevice(
  descriptor?: GPUDeviceDescriptor,
  options: OpenOptions = {},
): Promise<GPUDevice> {
  if (descriptor === undefined) return openDevice({ ...options, allowSoftware: true })
  const fresh = await findAdapter({ allowSoftware: true })
  if ('reason' in fresh) throw new Error(fresh.reason)
  return fresh.adapter.requestDevice(descriptor)
}

/**
 * Tests that need a GPU. Where there is none they are skipped, and the report says why; in continuous integration that is a
 * failure.
 */
export function onGpu(name: string, body: () => void): void {
  if (missing === undefined) body()
  else if (process.env.CI) {
    test(name, () => {
      throw new Error(missing)
    })
  } else {
    console.warn(`${name}: skipped, ${missing}`)
    test.skip(name)
  }
}

/** The same as a suite. */
export function describeOnGpu(name: string, body: () => void): void {
  onGpu(name, () => describe(name, body))
}
