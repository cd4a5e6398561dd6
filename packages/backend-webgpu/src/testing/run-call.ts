/** Kernel calls on a real device for tests: views made from numbers, results as numbers. */
import {
  type Buffer,
  createTypedArray,
  type DType,
  fromHalfBits,
  isContiguous,
  type KernelCall,
  layoutPositions,
  rowMajorLayout,
  type Shape,
  sizeOf,
  toHalfBits,
  type View,
} from '@nabla/backend'
import { WebgpuBackend } from '../backend.js'
import { openTestDevice } from './device.js'

export class TestBench {
  constructor(readonly backend: WebgpuBackend) {}

  static async open(): Promise<TestBench> {
    return new TestBench(new WebgpuBackend(await openTestDevice()))
  }

  /** A buffer that holds numbers. */
  buffer(dtype: DType, values: ArrayLike<number>): Buffer {
    const buffer = this.backend.allocate(dtype, values.length)
    const data = createTypedArray(dtype, values.length)
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number
      data[i] = dtype === 'float16' ? toHalfBits(value) : value
    }
    this.backend.write(buffer, data)
    return buffer
  }

  view(dtype: DType, shape: Shape, values: ArrayLike<number>): View {
    return { buffer: this.buffer(dtype, values), dtype, ...rowMajorLayout(shape) }
  }

  empty(dtype: DType, shape: Shape): View {
    return this.view(dtype, shape, new Array<number>(sizeOf(shape)).fill(0))
  }

  async read(view: View): Promise<number[]> {
    const data = await this.backend.read(view.buffer)
    const positions = isContiguous(view)
      ? [...Array(sizeOf(view.shape)).keys()].map((i) => i + view.offset)
      : [...layoutPositions(view)]
    return positions.map((position) => {
      const value = data[position] as number
      return view.dtype === 'float16' ? fromHalfBits(value) : value
    })
  }

  async run(call: KernelCall, view: View): Promise<number[]> {
    this.backend.run(call)
    return this.read(view)
  }
}
