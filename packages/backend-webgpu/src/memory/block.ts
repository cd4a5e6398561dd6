/**
 * A block of the GPU's memory: a GPUBuffer with a number that no other block ever has, by which bind groups are found.
 */
export class Block {
  readonly id: number
  /** The size that was asked for, rounded up to the pool's. */
  readonly bytes: number
  /** Replaced once if there was no memory for it and it had not been used. */
  gpu: GPUBuffer
  /** The number of the submission that used it last; 0: none. */
  lastUse = 0
  /** Whether anything was ever done with it. */
  isTouched = false

  constructor(id: number, bytes: number, gpu: GPUBuffer) {
    this.id = id
    this.bytes = bytes
    this.gpu = gpu
  }
}
