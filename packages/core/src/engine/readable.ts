/**
 * Reading, printing and moving tensors: what brings their values from the backend to the host. Reads are asynchronous,
 * so that programs move between backends unchanged; `dataSync` exists where a backend can honestly do it.
 */
import {
  type Backend,
  BackendError,
  createTypedArray,
  type DType,
  formatShape,
  fromHalfBits,
  isContiguous,
  type Layout,
  layoutPositions,
  type Shape,
  ShapeError,
  sizeOf,
  type TypedArray,
} from '@nabla/backend'
import type { Tensor } from '../tensor.js'
import type { DataOf, ElementOf, NestedOf } from '../types/nested.js'
import { retype, retypeData, retypeElement, retypeNested } from '../types/typed.js'
import { breathe } from './breathe.js'
import { allocateWith, type MakeTensor } from './deliver.js'
import { formatTensor } from './format.js'
import { TensorHandle } from './handle.js'
import { toNested } from './nested.js'
import { tracing } from './tracing.js'

const INSPECT = /* @__PURE__ */ Symbol.for('nodejs.util.inspect.custom')

export abstract class ReadableTensor<
  out S extends Shape = Shape,
  out D extends DType = DType,
> extends TensorHandle<S, D> {
  /** @internal What makes a tensor from its parts. */
  abstract readonly make: MakeTensor

  /**
   * The elements in row-major order, as a copy in a typed array (float16 as float32, bool as bytes of 0 and 1).
   *
   * @example await tensor([[1, 2], [3, 4]]).data() // Float32Array [1, 2, 3, 4]
   */
  async data<T extends DType>(this: ReadableTensor<Shape, T>): Promise<DataOf<T>> {
    return retypeData<T>(toHost(await this.readRaw('data'), this.dtype))
  }

  /**
   * The same at once, on backends that can (`backend.capabilities.synchronousRead`).
   *
   * @throws BackendError on others.
   */
  dataSync<T extends DType>(this: ReadableTensor<Shape, T>): DataOf<T> {
    if (tracing.current !== undefined) throw tracing.current.reading('dataSync')
    const { buffer } = this.view('dataSync')
    const { backend } = this
    if (backend.readSync === undefined) {
      throw new BackendError('dataSync', {
        expected: 'a backend that can read at once',
        received: `backend "${backend.name}"`,
        fix: 'use await tensor.data(), which works on every backend',
      })
    }
    const raw = isContiguous(this)
      ? backend.readSync(buffer, this.offset, this.size)
      : inRowMajorOrder(backend.readSync(buffer), this.dtype, this)
    return retypeData<T>(toHost(raw, this.dtype))
  }

  /**
   * The elements as nested arrays; a single value for a scalar. Booleans for `bool`, else numbers.
   *
   * @example await tensor([[1, 2], [3, 4]]).array() // [[1, 2], [3, 4]], of type number[][]
   */
  async array<A extends Shape, T extends DType>(
    this: ReadableTensor<A, T>,
  ): Promise<NestedOf<A, ElementOf<T>>> {
    const values = await this.data()
    return retypeNested<A, ElementOf<T>>(toNested(values, this.shape, this.dtype))
  }

  /**
   * The value of a tensor with one element.
   *
   * @throws ShapeError when it has more or none.
   * @example await loss.item()
   */
  async item<T extends DType>(this: ReadableTensor<Shape, T>): Promise<ElementOf<T>> {
    if (this.size !== 1) {
      throw new ShapeError('item', {
        expected: 'a tensor with one element',
        received: `${this.dtype} ${formatShape(this.shape)} with ${this.size}`,
        fix: 'reduce it first, for example with mean(), or use array() or data()',
      })
    }
    const [value = Number.NaN] = await this.data()
    return retypeElement<T>(this.dtype === 'bool' ? value !== 0 : value)
  }

  /** Type, shape and elements as text; the elements only where the backend can read at once. @see print */
  override toString(): string {
    const { dtype, shape, backend, reference } = this
    if (this.isDisposed) return formatTensor(dtype, shape, undefined, `made by ${reference.operation}; freed`)
    if (backend.readSync !== undefined && backend.capabilities.synchronousRead)
      return formatTensor(dtype, shape, this.dataSync(), '')
    return formatTensor(dtype, shape, undefined, `on ${backend.name}; await tensor.print() shows its values`)
  }

  /** Writes type, shape and elements to the console, on every backend. */
  async print(): Promise<void> {
    const values = await this.data()
    console.log(formatTensor(this.dtype, this.shape, values, ''))
  }

  /** What `console.log` shows in Node. */
  [INSPECT](): string {
    return this.toString()
  }

  /**
   * The same values on another backend; the tensor itself where it is there already. Gradients don't cross.
   *
   * @throws DTypeError when the other backend lacks the dtype.
   * @example const y = (await x.to(other)).add(1)
   */
  async to<A extends Shape, T extends DType>(this: Tensor<A, T>, backend: Backend): Promise<Tensor<A, T>> {
    this.view('to')
    if (backend === this.backend) return this
    // Made before the first await, while it is known which scope it belongs to.
    const { tensor, view } = allocateWith(this.make, backend, 'to', this.dtype, this.shape, [this])
    try {
      const raw = await this.readRaw('to')
      if (raw.length > 0) backend.write(view.buffer, raw)
      return retype(tensor)
    } catch (error) {
      tensor.dispose()
      throw error
    }
  }

  /** @internal The elements as they are stored (float16 as bits), in row-major order. */
  async readRaw(operation: string): Promise<TypedArray> {
    if (tracing.current !== undefined) throw tracing.current.reading(operation)
    const { buffer } = this.view(operation)
    const retained = this.reference.storage.retain()
    try {
      await breathe()
      if (isContiguous(this)) return await this.backend.read(buffer, this.offset, this.size)
      return inRowMajorOrder(await this.backend.read(buffer), this.dtype, this)
    } finally {
      retained.release()
    }
  }
}

/** The elements of a view, picked from its whole buffer. */
function inRowMajorOrder(raw: TypedArray, dtype: DType, layout: Layout): TypedArray {
  const result = createTypedArray(dtype, sizeOf(layout.shape))
  let next = 0
  for (const position of layoutPositions(layout)) result[next++] = raw[position] as number
  return result
}

/** Stored elements in the array type that users see. */
function toHost(raw: TypedArray, dtype: DType): TypedArray {
  return dtype === 'float16' ? Float32Array.from(raw, fromHalfBits) : raw
}
