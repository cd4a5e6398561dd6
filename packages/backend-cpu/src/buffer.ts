/**
 * The buffer of the CPU backend: a typed array with an owner. Kernels get at the array through `dataOf`, so a buffer
 * of another backend, or one that was released, is found out wherever it turns up.
 */
import {
  BackendError,
  type Buffer,
  createTypedArray,
  DisposedError,
  type DType,
  rowMajorLayout,
  type Shape,
  sizeOf,
  type TypedArray,
  type View,
} from '@nabla/backend'

/** Memory that buffers use one after the other; it may be longer than the buffer that has it now. */
export class Storage {
  readonly data: TypedArray
  #words: Int32Array | undefined

  constructor(data: TypedArray) {
    this.data = data
  }

  /** The same memory as 32-bit words, for kernels that work on the bits of float32. */
  get words(): Int32Array {
    // The array's `buffer` is asked for once only: small arrays have to be moved to have one.
    this.#words ??= new Int32Array(this.data.buffer, this.data.byteOffset, this.data.byteLength >> 2)
    return this.#words
  }
}

export class CpuBuffer implements Buffer {
  readonly id: number
  readonly dtype: DType
  readonly length: number
  /** The backend object that made it. */
  readonly owner: object
  /** `undefined` once it was released. */
  storage: Storage | undefined

  constructor(id: number, dtype: DType, length: number, owner: object, storage: Storage) {
    this.id = id
    this.dtype = dtype
    this.length = length
    this.owner = owner
    this.storage = storage
  }

  /** The elements, as a typed array of at least `length` elements. */
  get data(): TypedArray {
    return storageOf(this).data
  }
}

/** The memory behind a buffer, which must be a live buffer of a CPU backend. */
export function storageOf(buffer: Buffer): Storage {
  if (buffer instanceof CpuBuffer && buffer.storage !== undefined) return buffer.storage
  throw unusable(buffer, 'cpu kernel')
}

/** The elements behind a view. */
export function dataOf(view: View): TypedArray {
  return storageOf(view.buffer).data
}

/**
 * The buffer as one of `owner`'s.
 *
 * @throws BackendError if another backend made it; DisposedError if it was released.
 */
export function ownBuffer(buffer: Buffer, owner: object, label: string): CpuBuffer {
  if (buffer instanceof CpuBuffer && buffer.owner === owner && buffer.storage !== undefined) return buffer
  throw unusable(buffer, label, owner)
}

function unusable(buffer: Buffer, label: string, owner?: object): Error {
  const what = `buffer ${buffer.id} (${buffer.dtype}, ${buffer.length} elements)`
  if (!(buffer instanceof CpuBuffer) || (owner !== undefined && buffer.owner !== owner)) {
    return new BackendError(label, {
      expected: 'buffers of this cpu backend',
      received: `${what}, which belongs to another backend`,
      fix: 'move the tensor first with tensor.to(backend)',
    })
  }
  return new DisposedError(label, {
    expected: 'buffers that are still in use',
    received: `${what}, which was released`,
    fix: 'keep the tensor alive until its last use: leave out the dispose, or clone it first',
  })
}

/** A row-major view on fresh memory that no backend counts, for results between two steps of one kernel. */
export function temporaryView(dtype: DType, shape: Shape): View {
  const length = sizeOf(shape)
  const storage = new Storage(createTypedArray(dtype, length))
  return { buffer: new CpuBuffer(-1, dtype, length, storage, storage), dtype, ...rowMajorLayout(shape) }
}
