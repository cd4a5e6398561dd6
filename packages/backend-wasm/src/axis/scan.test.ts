/** Scans that are long enough to go row by row, of every type and operation, against the CPU backend. */
import {
  type Backend,
  DTYPES,
  type DType,
  rowMajorLayout,
  type ScanCall,
  sizeOf,
  type TypedArray,
} from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { expect, it } from 'vitest'
import { createWasmBackend } from '../index.js'

const SHAPE = [401, 347]
const ELEMENTS = sizeOf(SHAPE)

/** Small integers, in whatever form the type has. */
function fill(dtype: DType, target: TypedArray): void {
  for (let i = 0; i < ELEMENTS; i++) {
    const value = (i * 7919) % 5
    // 0 and powers of 2 in binary16, which repeat every five elements.
    target[i] = dtype === 'float16' ? (value === 0 ? 0 : (14 + (value % 3)) << 10) : value % 3
  }
}

type Choice = Pick<ScanCall, 'operation' | 'reverse' | 'exclusive'>

function scan(backend: Backend, dtype: DType, choice: Choice): ArrayLike<number> {
  const make = () => ({ buffer: backend.allocate(dtype, ELEMENTS), dtype, ...rowMajorLayout(SHAPE) })
  const [input, output] = [make(), make()]
  const data = (backend.readSync?.(input.buffer) ?? new Float32Array()) as TypedArray
  fill(dtype, data)
  backend.write(input.buffer, data)
  backend.run({ kind: 'scan', label: 'test', axis: 0, input, output, ...choice })
  return backend.readSync?.(output.buffer) ?? []
}

const choices: readonly Choice[] = (['sum', 'product', 'maximum', 'minimum'] as const).flatMap(
  (operation) => [
    { operation, reverse: false, exclusive: false },
    { operation, reverse: true, exclusive: true },
  ],
)

it.each(DTYPES.filter((dtype) => dtype !== 'bool'))('%s', (dtype) => {
  const [cpu, wasm] = [createCpuBackend(), createWasmBackend({ threads: 1 })]
  for (const choice of choices) {
    const [wanted, got] = [scan(cpu, dtype, choice), scan(wasm, dtype, choice)]
    const at = Array.from({ length: ELEMENTS }).findIndex((_, i) => !Object.is(got[i], wanted[i]))
    expect([choice, at, at < 0 ? undefined : got[at]]).toEqual([choice, -1, undefined])
  }
})
