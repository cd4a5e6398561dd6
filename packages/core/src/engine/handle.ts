/**
 * TensorHandle: what every tensor is underneath — a view on shared storage with an owner — without any operations, so
 * that operations can be written against it and the Tensor class on top of them.
 */
import {
  type Backend,
  BackendError,
  createTypedArray,
  DisposedError,
  type DType,
  formatShape,
  fromHalfBits,
  isContiguous,
  type Layout,
  layoutPositions,
  type Shape,
  sizeOf,
  type TypedArray,
  type View,
} from '@nabla/backend'
import type { DataOf } from '../types/nested.js'
import { retypeData } from '../types/typed.js'
import { breathe } from './breathe.js'
import type { GraphNode } from './primitives.js'
import type { Owner } from './scope.js'
import { type Reference, type Storage, watch } from './storage.js'

/** Everything a handle is made of. */
export interface HandleParts<S extends Shape = Shape, D extends DType = DType> {
  readonly storage: Storage
  readonly dtype: D
  readonly layout: Layout & { readonly shape: S }
  readonly reference: Reference
}

const BRAND = /* @__PURE__ */ Symbol.for('nabla.tensor')

export abstract class TensorHandle<out S extends Shape = Shape, out D extends DType = DType> {
  /** Lengths of the axes; `[]` for a scalar. */
  readonly shape: S
  readonly dtype: D
  readonly strides: readonly number[]
  readonly offset: number
  /** @internal */
  owner: Owner | undefined = undefined
  /** @internal How it was computed, while a gradient is being recorded. */
  node: GraphNode | undefined = undefined
  /** @internal */
  readonly reference: Reference
  /** @internal Lets another copy of this package recognise that this is a tensor, but not its own. */
  get [BRAND](): true {
    return true
  }

  constructor({ dtype, layout, reference }: HandleParts<S, D>) {
    this.shape = layout.shape
    this.dtype = dtype
    this.strides = layout.strides
    this.offset = layout.offset
    this.reference = reference
  }

  /** The backend that holds and computes this tensor. */
  get backend(): Backend {
    return this.reference.storage.backend
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape)
  }

  get isDisposed(): boolean {
    return this.reference.disposed
  }

  /** @internal The view that kernels take. */
  view(operation: string): View {
    const { reference } = this
    if (reference.disposed) throw disposedError(operation, this)
    return {
      buffer: reference.storage.buffer,
      dtype: this.dtype,
      shape: this.shape,
      strides: this.strides,
      offset: this.offset,
    }
  }

  /** Frees the tensor now. Using it afterwards is an error; its views and the tensors computed from it stay. */
  dispose(): void {
    if (this.owner !== undefined) this.owner.remove(this)
    this.reference.dispose()
    this.node = undefined
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** Takes the tensor out of its scope, batch or step, so that it lives until it is disposed or collected. */
  keep(): this {
    this.view('keep')
    if (this.owner !== undefined) {
      this.owner.remove(this)
      watch(this, this.reference)
    }
    return this
  }

  /** @internal Called by its owner. */
  free(reason: string): void {
    this.owner = undefined
    this.node = undefined
    this.reference.dispose(`it was freed ${reason}`)
  }

  /** @internal Called by its owner when it closes and the tensor goes on. */
  disown(): void {
    this.owner = undefined
    watch(this, this.reference)
  }

  /**
   * The elements in row-major order, as a copy in a typed array (float16 as float32, bool as bytes of 0 and 1).
   *
   * @example await tensor([[1, 2], [3, 4]]).data() // Float32Array [1, 2, 3, 4]
   */
  async data<T extends DType>(this: TensorHandle<Shape, T>): Promise<DataOf<T>> {
    return retypeData(toHost(await this.readRaw('data'), this.dtype))
  }

  /**
   * The same at once, on backends that can (`backend.capabilities.synchronousRead`).
   *
   * @throws BackendError on others.
   */
  dataSync<T extends DType>(this: TensorHandle<Shape, T>): DataOf<T> {
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
    return retypeData(toHost(raw, this.dtype))
  }

  /** @internal The elements as they are stored (float16 as bits), in row-major order. */
  async readRaw(operation: string): Promise<TypedArray> {
    const { buffer } = this.view(operation)
    const layout: Layout = { shape: this.shape, strides: this.strides, offset: this.offset }
    const retained = this.reference.storage.retain()
    try {
      await breathe()
      if (isContiguous(layout)) return await this.backend.read(buffer, this.offset, this.size)
      return inRowMajorOrder(await this.backend.read(buffer), this.dtype, layout)
    } finally {
      retained.release()
    }
  }
}

function disposedError(operation: string, { dtype, shape, reference }: TensorHandle): DisposedError {
  const sites = [reference.site, reference.end].filter((site) => site !== undefined)
  return new DisposedError(operation, {
    expected: 'a live tensor',
    received: `a freed one: ${dtype} ${formatShape(shape)} made by ${reference.operation}; ${reference.reason}`,
    fix: ['use it earlier, or call keep() on it if it must live longer (reportLeaks records where each was made)', ...sites].join('\n'),
  })
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
