/**
 * What gather and scatter share: int32 indices that count from the front or, negative, from the back, and what is said of
 * those out of range, in the words of the other backends.
 */
import { type Buffer, DTypeError, IndexError, type View } from '@nabla/backend'
import { reportFault } from '../../wgsl/module.js'

/** What to throw for an index out of range, given by its bits. */
export function indexFault(label: string, axis: number, length: number): (bits: number) => IndexError {
  return (bits) =>
    new IndexError(label, {
      expected:
        length === 0
          ? `no index, since axis ${axis} has length 0`
          : `indices from ${-length} to ${length - 1} for axis ${axis} of length ${length}`,
      received: `index ${bits | 0}`,
      fix: 'check the indices (labels and token numbers count from 0), or clip them first',
    })
}

/** Refuses indices of another type. */
export function checkIndexType({ dtype }: View<Buffer>, label: string): void {
  if (dtype === 'int32') return
  throw new DTypeError(label, {
    expected: 'int32 indices',
    received: `${dtype} indices`,
    fix: "cast them first with cast(indices, 'int32')",
  })
}

/** WGSL of `from_front(bits, length)`: an index counted from the front, not below `length` where it is out of range. */
export const FROM_FRONT =
  'fn from_front(bits: u32, length: u32) -> u32 { return select(bits, bits + length, bits >= 0x80000000u); }'

/** WGSL of `sort_key(bits)` for sorting indices: those out of range are reported, and come last. */
export function indexKeyText(limit: string, faults: number): string {
  return `${FROM_FRONT}
fn sort_key(bits: u32) -> u32 {
  let index = from_front(bits, ${limit});
  if (index < ${limit}) { return index; }
  ${reportFault(faults, 'bits')}
  return 0xffffffffu;
}`
}
