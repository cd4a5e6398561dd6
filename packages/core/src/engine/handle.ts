/**
 * TensorHandle: what every tensor is underneath — a view on shared storage with an owner — without any operations, so
 * that operations can be written against it and the Tensor class on top of them.
 */
import {
  type Backend,
  DisposedError,
  type DType,
  formatShape,
  type Layout,
  type Shape,
  sizeOf,
  type View,
} from '@nabla/backend'
import type { Variable } from '../variable.js'
import type { GraphNode } from './primitives.js'
import type { Owner } from './scope.js'
import { type Reference, type Storage, watch } from './storage.js'
import { tracing } from './tracing.js'
import { variableChanges } from './variable-changes.js'

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
  /** @internal Its neighbours among what its owner owns. */
  ownedBefore: TensorHandle | undefined = undefined
  /** @internal */
  ownedAfter: TensorHandle | undefined = undefined
  /** @internal The variable that holds it and alone frees it. */
  holder: Variable | undefined = undefined
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
    const { backend } = this.reference.storage
    return tracing.current === undefined ? backend : tracing.current.visible(backend)
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
    tracing.current?.admit(this, operation)
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
    if (this.holder !== undefined) variableChanges.count += 1
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
}

/** The error for the use of a freed tensor. */
export function disposedError(operation: string, { dtype, shape, reference }: TensorHandle): DisposedError {
  const sites = [reference.site, reference.end].filter((site) => site !== undefined)
  return new DisposedError(operation, {
    expected: 'a live tensor',
    received: `a freed one: ${dtype} ${formatShape(shape)} made by ${reference.operation}; ${reference.reason}`,
    fix: [
      'use it earlier, return it from the scope or function that it was made in, or call keep() on it (reportLeaks records where tensors are made)',
      ...sites,
    ].join('\n'),
  })
}

/** Whether a value is a tensor of another copy of this package. */
export function isForeignTensor(value: unknown): boolean {
  return typeof value === 'object' && value !== null && BRAND in value && !(value instanceof TensorHandle)
}
