/**
 * Plans on a real device, beside the same call on the CPU backend: for tests of kernels with any facts of a device, whatever
 * the queue does. Buffers are compared whole, so that writing beside a view shows.
 */
import {
  type Buffer,
  createTypedArray,
  type DType,
  fromHalfBits,
  type KernelCall,
  type Layout,
  mapBuffers,
  rowMajorLayout,
  type Shape,
  sizeOf,
  type TypedArray,
  toHalfBits,
  type View,
  viewsOf,
} from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { afterAll, beforeAll } from 'vitest'
import type { DeviceFacts, Dispatch, KernelPlan, Place } from '../plan/plan.js'
import { FIRST_WORD, moduleText } from '../wgsl/module.js'
import { storedBytes } from '../wgsl/types.js'
import { describeOnGpu, openTestDevice } from './device.js'
import { planCall } from './plan-call.js'

/** What any device can do. */
export const PORTABLE: DeviceFacts = {
  maximumInvocations: 256,
  workgroupBytes: 16384,
  maximumStorageBuffers: 8,
  maximumGroups: 65535,
  float16: false,
  subgroups: undefined,
  strength: 'software',
}

interface TestBuffer extends Buffer {
  readonly gpu: GPUBuffer
  readonly twin: Buffer
}

const isTestBuffer = (buffer: Buffer): buffer is TestBuffer => 'gpu' in buffer && 'twin' in buffer

function testBuffer(buffer: Buffer): TestBuffer {
  if (isTestBuffer(buffer)) return buffer
  throw new TypeError('not a buffer of this bench')
}

/** Small multiples of 1/4 in no order, which add and multiply without rounding. */
export function sequence(length: number, seed = 1): number[] {
  return Array.from({ length }, (_, i) => (((i + seed) * 7919) % 31) / 4 - 3)
}

/** The first places at which lists of numbers differ; quicker than comparing long arrays whole. */
export function differences(got: readonly number[][], wanted: readonly number[][]): string[] {
  return wanted.flatMap((right, list) =>
    right
      .flatMap((value, i) =>
        Object.is(value, got[list]?.[i]) ? [] : [`${list}[${i}]: ${got[list]?.[i]}, not ${value}`],
      )
      .slice(0, 5),
  )
}

const STORAGE = 0x80 | 0x4 | 0x8

export class PlanBench {
  readonly #cpu = createCpuBackend()
  readonly #device: GPUDevice
  readonly #pipelines = new Map<string, GPUComputePipeline>()

  private constructor(device: GPUDevice) {
    this.#device = device
  }

  static async open(): Promise<PlanBench> {
    return new PlanBench(await openTestDevice())
  }

  close(): void {
    this.#device.destroy()
  }

  /** Shaders that were compiled so far. */
  get shaders(): number {
    return this.#pipelines.size
  }

  /** A view on a buffer of its own, all of which holds `values`. */
  view(dtype: DType, layout: Layout | Shape, values: readonly number[]): View {
    const data = createTypedArray(dtype, values.length)
    values.forEach((value, i) => {
      data[i] = dtype === 'float16' ? toHalfBits(value) : value
    })
    const twin = this.#cpu.allocate(dtype, values.length)
    this.#cpu.write(twin, data)
    const gpu = this.#upload(
      storedBytes(dtype, PORTABLE) === 4 && data.BYTES_PER_ELEMENT < 4 ? Uint32Array.from(data) : data,
    )
    const buffer: TestBuffer = { id: twin.id, dtype, length: values.length, gpu, twin }
    return { buffer, dtype, ...('strides' in layout ? layout : rowMajorLayout(layout)) }
  }

  /** A view to write to, row by row. */
  empty(dtype: DType, shape: Shape): View {
    return this.view(dtype, shape, new Array<number>(sizeOf(shape)).fill(dtype === 'bool' ? 1 : 77))
  }

  #upload(words: TypedArray): GPUBuffer {
    const size = Math.max(16, Math.ceil(words.byteLength / 16) * 16)
    const gpu = this.#device.createBuffer({ size, usage: STORAGE, mappedAtCreation: true })
    new Uint8Array(gpu.getMappedRange()).set(new Uint8Array(words.buffer, words.byteOffset, words.byteLength))
    gpu.unmap()
    return gpu
  }

  async #pipeline({ shader, bindings, words }: Dispatch, facts: DeviceFacts): Promise<GPUComputePipeline> {
    const key = `${facts.subgroups?.smallest} ${shader.key}|${bindings.map(({ element, access }) => `${element} ${access}`)}`
    const known = this.#pipelines.get(key)
    if (known !== undefined) return known
    const code = moduleText(shader, bindings, FIRST_WORD + words.length)
    const module = this.#device.createShaderModule({ code })
    const { messages } = await module.getCompilationInfo()
    const [error] = messages.filter(({ type }) => type === 'error')
    if (error !== undefined) throw new SyntaxError(`${key}: line ${error.lineNum}: ${error.message}\n${code}`)
    const pipeline = await this.#device.createComputePipelineAsync({ layout: 'auto', compute: { module } })
    this.#pipelines.set(key, pipeline)
    return pipeline
  }

  /** Runs a call as it is planned for a device with these facts; returns the plan. */
  async run<C extends KernelCall>(
    call: C,
    facts: DeviceFacts = PORTABLE,
    planner: (call: C, facts: DeviceFacts) => KernelPlan = planCall,
  ): Promise<readonly Dispatch[]> {
    const plan = planner(call, facts)
    const scratch = new Map<Place, GPUBuffer>()
    const memoryOf = (place: Place): GPUBuffer => {
      if (place.kind === 'buffer') return testBuffer(place.buffer).gpu
      const words = place.kind === 'scratch' ? place.words : 2
      const known = scratch.get(place) ?? this.#upload(new Uint32Array(words).fill(0x7fc00000))
      scratch.set(place, known)
      return known
    }
    for (const dispatch of plan) {
      if (dispatch.groups === 0) continue
      const pipeline = await this.#pipeline(dispatch, facts)
      const words = new Uint32Array([dispatch.groups, 0x7f800000, 0x7fc00000, 0, ...dispatch.words])
      const uniforms = this.#device.createBuffer({
        size: Math.ceil(words.length / 4) * 16,
        usage: 0x40 | 0x8,
      })
      this.#device.queue.writeBuffer(uniforms, 0, words)
      const buffers = [uniforms, ...dispatch.bindings.map(({ place }) => memoryOf(place))]
      const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }))
      const encoder = this.#device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, this.#device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }))
      const x = Math.min(dispatch.groups, facts.maximumGroups)
      pass.dispatchWorkgroups(x, Math.ceil(dispatch.groups / x))
      pass.end()
      this.#device.queue.submit([encoder.finish()])
    }
    return plan
  }

  /** All that a view's buffer holds on the device. */
  async contents({ buffer }: View): Promise<number[]> {
    const { gpu, dtype, length } = testBuffer(buffer)
    const staging = this.#device.createBuffer({ size: gpu.size, usage: 0x1 | 0x8 })
    const encoder = this.#device.createCommandEncoder()
    encoder.copyBufferToBuffer(gpu, 0, staging, 0, gpu.size)
    this.#device.queue.submit([encoder.finish()])
    await staging.mapAsync(1)
    const bytes = staging.getMappedRange().slice(0)
    staging.destroy()
    const words =
      dtype === 'float32'
        ? new Float32Array(bytes)
        : dtype === 'int32'
          ? new Int32Array(bytes)
          : new Uint32Array(bytes)
    return Array.from(words.subarray(0, length), (word) => (dtype === 'float16' ? fromHalfBits(word) : word))
  }

  /** Runs a call here and on the CPU; what each buffer that it writes holds then, here and there. */
  async both<C extends KernelCall>(
    call: C,
    facts: DeviceFacts = PORTABLE,
    planner: (call: C, facts: DeviceFacts) => KernelPlan = planCall,
  ): Promise<{ readonly got: number[][]; readonly wanted: number[][]; readonly plan: readonly Dispatch[] }> {
    const plan = await this.run(call, facts, planner)
    this.#cpu.run(mapBuffers(call, (buffer) => testBuffer(buffer).twin))
    const { writes } = viewsOf(call)
    const got: number[][] = []
    for (const view of writes) got.push(await this.contents(view))
    const wanted = writes.map(({ buffer, dtype }) =>
      Array.from(this.#cpu.readSync?.(testBuffer(buffer).twin) ?? [], (stored) =>
        dtype === 'float16' ? fromHalfBits(stored) : stored,
      ),
    )
    return { got, wanted, plan }
  }
}

/**
 * A suite of tests that share a bench. Where there is no GPU they are skipped, or fail: see describeOnGpu.
 *
 * @param take gets the bench before the first test
 */
export function describeOnBench(name: string, take: (bench: PlanBench) => void, body: () => void): void {
  describeOnGpu(name, () => {
    let bench: PlanBench | undefined
    beforeAll(async () => {
      bench = await PlanBench.open()
      take(bench)
    })
    afterAll(() => bench?.close())
    body()
  })
}
