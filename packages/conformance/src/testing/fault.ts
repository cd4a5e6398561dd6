/** A fault to plant in a good backend, and the cases that must notice. */
import type { Backend, DType } from '@nabla/backend'

export interface Fault {
  readonly name: string
  readonly plant: (inner: Backend) => Backend
  /** The type in which it is looked for. */
  readonly dtype: DType
  /** The cases of this type at the level of kernels that must fail, and no others; captured ones apart. */
  readonly kernels: readonly string[]
  /** The same at the level of operations; not run where missing. */
  readonly operations?: readonly string[]
  /** What must fail of the captured cases at the level of kernels; default: the same as of the others. */
  readonly captured?: readonly string[]
}
