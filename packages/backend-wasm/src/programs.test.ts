/** Prepared programs: what their calls did the first time is done again, on whatever the buffers hold then. */
import { expressions as e, input, type Program, rowMajorLayout, type Shape, type View } from '@nabla/backend'
import { expect, it } from 'vitest'
import { createWasmBackend } from './index.js'

const view = (slot: number, dtype: View['dtype'], shape: Shape): View<number> => ({
  buffer: slot,
  dtype,
  ...rowMajorLayout(shape),
})

const x = input(0, 'float32')

/** Rows of a table picked by index, doubled, copied, and summed over both axes in turn: a reduction of either form. */
const PROGRAM: Program = {
  slots: [
    { dtype: 'float32', length: 40 },
    { dtype: 'int32', length: 3 },
    { dtype: 'float32', length: 24 },
    { dtype: 'float32', length: 24 },
    { dtype: 'float32', length: 8 },
    { dtype: 'float32', length: 1 },
    { dtype: 'float32', length: 24 },
  ],
  external: [0, 1, 5],
  scalars: 1,
  calls: [
    {
      kind: 'gather',
      label: 'pick',
      axis: 0,
      input: view(0, 'float32', [5, 8]),
      indices: { ...view(1, 'int32', [3, 8]), strides: [1, 0] },
      output: view(2, 'float32', [3, 8]),
    },
    {
      kind: 'map',
      label: 'copy',
      shape: [3, 8],
      expressions: [x],
      inputs: [view(2, 'float32', [3, 8])],
      scalars: [],
      outputs: [view(6, 'float32', [3, 8])],
    },
    {
      kind: 'map',
      label: 'double',
      shape: [3, 8],
      expressions: [e.add(x, x)],
      inputs: [view(6, 'float32', [3, 8])],
      scalars: [],
      outputs: [view(3, 'float32', [3, 8])],
    },
    {
      kind: 'reduce',
      label: 'across',
      operation: 'sum',
      shape: [3, 8],
      axes: [0],
      expression: x,
      inputs: [view(3, 'float32', [3, 8])],
      scalars: [],
      output: view(4, 'float32', [1, 8]),
    },
    {
      kind: 'reduce',
      label: 'along',
      operation: 'sum',
      shape: [8],
      axes: [0],
      expression: x,
      inputs: [view(4, 'float32', [8])],
      scalars: [],
      output: view(5, 'float32', [1]),
    },
  ],
}

it('see new contents, survive growing memory, and throw for indices that became wrong', async () => {
  const backend = createWasmBackend()
  const [table, indices, total] = [
    backend.allocate('float32', 40),
    backend.allocate('int32', 3),
    backend.allocate('float32', 1),
  ]
  const executable = backend.prepare?.(PROGRAM)
  const run = (rows: readonly number[], scale: number): number | undefined => {
    backend.write(
      table,
      Float32Array.from({ length: 40 }, (_, i) => scale * Math.floor(i / 8)),
    )
    backend.write(indices, Int32Array.from(rows))
    executable?.run(
      [table, indices, total].map((buffer) => ({ buffer, offset: 0 })),
      [0],
    )
    return backend.readSync?.(total)[0]
  }
  expect(run([0, 1, 4], 1)).toBe(2 * 8 * 5)
  expect(run([0, 1, 4], 1)).toBe(2 * 8 * 5)
  backend.allocate('float32', 2 ** 22)
  expect(run([-1, 3, 3], 10)).toBe(2 * 8 * 100)
  expect(() => run([0, 5, 1], 1)).toThrow(
    /pick: expected indices from -5 to 4 for axis 0 of length 5; received index 5/,
  )
  expect(run([1, 1, 1], 1)).toBe(2 * 8 * 3)
  executable?.dispose()
  expect(backend.memory().buffers).toBe(4)
  backend.release(table)
  expect(() =>
    backend.prepare?.(PROGRAM).run(
      [table, indices, total].map((buffer) => ({ buffer, offset: 0 })),
      [0],
    ),
  ).toThrow(/released/)
  await backend.dispose()
})
