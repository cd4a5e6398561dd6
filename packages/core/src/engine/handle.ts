/**
 * TensorHandle: what every tensor is underneath — a view on shared storage with an owner — without any operations, so
 * that operations can be written against it and the Tensor class on top of them.
 */
import {
  type Backend,
  BackendError,
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

/** Nested arrays of numbers as deep as the tensor has axes; a number for a scalar. */
export type NestedArray = number | boolean | NestedArray[]

const BRAND = Symbol.for('nabla.tensor')

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
   * The elements in row-major order, as a copy in a typed array (float16 as float32).
   *
   * @example await tensor([[1, 2], [3, 4]]).data() // Float32Array [1, 2, 3, 4]
   */
  async data(): Promise<TypedArray> {
    const { buffer } = this.view('data')
    const { dtype, size, backend } = this
    const layout: Layout = { shape: this.shape, strides: this.strides, offset: this.offset }
    const contiguous = isContiguous(layout)
    const retained = this.reference.storage.retain()
    try {
      await breathe()
      const raw = contiguous ? await backend.read(buffer, this.offset, size) : await backend.read(buffer)
      return collect(raw, dtype, contiguous ? undefined : layout)
    } finally {
      retained.release()
    }
  }

  /** The same at once, on backends that can (`backend.capabilities.synchronousRead`). */
  dataSync(): TypedArray {
    const { buffer } = this.view('dataSync')
    const { backend } = this
    if (backend.readSync === undefined) {
      throw new BackendError('dataSync', {
        expected: 'a backend that can read at once',
        received: `backend "${backend.name}"`,
        fix: 'use await tensor.data(), which works on every backend',
      })
    }
    const layout: Layout = { shape: this.shape, strides: this.strides, offset: this.offset }
    if (isContiguous(layout)) return collect(backend.readSync(buffer, this.offset, this.size), this.dtype, undefined)
    return collect(backend.readSync(buffer), this.dtype, layout)
  }
}

function disposedError(operation: string, tensor: TensorHandle): DisposedError {
  const { reference } = tensor
  const where = reference.site === undefined ? '' : `\nIt was made here:\n${reference.site}`
  return new DisposedError(operation, {
    expected: 'a live tensor',
    received: `a freed one: ${tensor.dtype} ${formatShape(tensor.shape)} made by ${reference.operation}; ${reference.reason}`,
    fix: `use it earlier, or call keep() on it if it must live longer (reportLeaks records where each was made)${where}`,
  })
}

/** Elements of a raw read in row-major order of the layout, in the array type that users see. */
function collect(raw: TypedArray, dtype: DType, layout: Layout | undefined): TypedArray {
  if (layout === undefined && dtype !== 'float16') return raw
  const positions = layout === undefined ? raw.keys() : layoutPositions(layout)
  const size = layout === undefined ? raw.length : sizeOf(layout.shape)
  const result = dtype === 'float16' ? new Float32Array(size) : sameKind(raw, size)
  let next = 0
  for (const position of positions) {
    const value = raw[position] as number
    result[next++] = dtype === 'float16' ? fromHalfBits(value) : value
  }
  return result
}

function sameKind(raw: TypedArray, size: number): TypedArray {
  if (raw instanceof Float32Array) return new Float32Array(size)
  if (raw instanceof Float64Array) return new Float64Array(size)
  if (raw instanceof Int32Array) return new Int32Array(size)
  if (raw instanceof Uint32Array) return new Uint32Array(size)
  return raw instanceof Uint16Array ? new Uint16Array(size) : new Uint8Array(size)
}

/** Whether a value is a tensor of another copy of this package. */
export function isForeignTensor(value: unknown): boolean {
  return typeof value === 'object' && value !== null && BRAND in value && !(value instanceof TensorHandle)
}
