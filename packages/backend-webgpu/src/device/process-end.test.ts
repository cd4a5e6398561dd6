import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { bundleForNode } from '../../../../vitest.workers.js'
import { describeOnGpu } from '../testing/device.js'
import type { Node } from './gpu.js'
import { endWithProcess } from './process-end.js'

/** Where what is bundled finds the package `webgpu`. */
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url))

/** A device that is lost when `lose` is called. */
function device() {
  let lose = (): void => {}
  const lost = new Promise<GPUDeviceLostInfo>((resolve) => {
    lose = () => resolve({ __brand: 'GPUDeviceLostInfo', reason: 'destroyed', message: '' })
  })
  return { destroy: vi.fn(() => undefined), lost, lose: () => lose() }
}

function processOf() {
  const listeners: (() => void)[] = []
  const once = (_event: 'exit', listener: () => void): number => listeners.push(listener)
  const process: Node = { cwd: () => '/', once }
  return { process, listeners }
}

describe('when a process ends', () => {
  it('its devices are destroyed, those that are not yet', async () => {
    const { process, listeners } = processOf()
    const [first, second, gone] = [device(), device(), device()]
    for (const each of [first, second, gone]) endWithProcess(each, process)
    expect(listeners).toHaveLength(1)
    gone.lose()
    await gone.lost
    listeners[0]?.()
    for (const each of [first, second]) expect(each.destroy).toHaveBeenCalledOnce()
    expect(gone.destroy).not.toHaveBeenCalled()
  })

  it('nothing is done where there is no such thing', () => {
    const one = device()
    endWithProcess(one, { cwd: () => '/' })
    expect(one.destroy).not.toHaveBeenCalled()
  })
})

/** Exits while the device computes and somebody waits for it. */
const PROGRAM = `
import { expressions as e, input, rowMajorLayout } from '@nabla/backend'
import { createWebgpuBackend } from './src/factory.ts'
const length = 400_000
const backend = await createWebgpuBackend({ allowSoftware: true })
const buffers = [backend.allocate('float32', length), backend.allocate('float32', length)]
const view = (i) => ({ buffer: buffers[i], dtype: 'float32', ...rowMajorLayout([length]) })
for (let i = 0; i < 50; i++) {
  const views = { inputs: [view(i % 2)], outputs: [view((i + 1) % 2)], scalars: [] }
  backend.run({ kind: 'map', label: 'add', shape: [length], expressions: [e.add(input(0, 'float32'), 1)], ...views })
}
backend.read(buffers[0])
await Promise.resolve()
process.exit(7)
`

describeOnGpu('a process that exits in the middle of a step', () => {
  it('ends as it was told to', { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(PACKAGE, 'node_modules', '.ends-'))
    try {
      const program = join(folder, 'program.mjs')
      const stdin = { contents: PROGRAM, resolveDir: PACKAGE, loader: 'ts' as const }
      await bundleForNode({ stdin, outfile: program, sourcemap: false })
      for (let time = 0; time < 3; time++) {
        const { status, signal, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' })
        expect({ status, signal, stderr }).toEqual({ status: 7, signal: null, stderr: '' })
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
