/** Buffers: what was written is read, in part or whole, at once or later; what was released no longer counts. */
import { type Backend, bytesPerElement, type Capabilities, type DType, type TypedArray } from '@nabla/backend'
import type { ConformanceCase } from '../case.js'
import { describeError, Findings, formatValues } from '../case.js'
import { toNumbers, toTypedArray } from '../reference/backend.js'
import { hostileValues } from './values.js'

function same(
  findings: Findings,
  what: string,
  dtype: DType,
  got: TypedArray,
  wanted: readonly number[],
): void {
  const kind = toTypedArray(dtype, []).constructor
  if (got.constructor !== kind)
    findings.add(`${what} gave a ${got.constructor.name} for ${dtype}, expected a ${kind.name}`)
  const numbers = toNumbers(dtype, got)
  if (numbers.length === wanted.length && numbers.every((value, i) => Object.is(value, wanted[i]))) return
  findings.add(`${what} gave ${formatValues(numbers)} after writing ${formatValues(wanted)}`)
}

async function checkContents(backend: Backend, dtype: DType, findings: Findings): Promise<void> {
  const values = toNumbers(dtype, toTypedArray(dtype, hostileValues(dtype)))
  const { length } = values
  const buffer = backend.allocate(dtype, length)
  const data = toTypedArray(dtype, values)
  backend.write(buffer, data)
  // The host's array is its own again as soon as write returns.
  data.fill(0)
  same(findings, 'read', dtype, await backend.read(buffer), values)
  same(findings, 'read from 1', dtype, await backend.read(buffer, 1), values.slice(1))
  if (backend.readSync !== undefined)
    same(findings, 'readSync', dtype, backend.readSync(buffer, 0, 1), values.slice(0, 1))
  const copy = await backend.read(buffer)
  copy.fill(0)
  backend.write(buffer, toTypedArray(dtype, values.slice(1, 2)))
  const changed = [values[1] as number, ...values.slice(1)]
  same(findings, 'read after a short write', dtype, await backend.read(buffer), changed)
  // A read sees what came before it and nothing after.
  const pending = backend.read(buffer, 0, 1)
  backend.write(buffer, toTypedArray(dtype, [0]))
  same(findings, 'a read before a write', dtype, await pending, changed.slice(0, 1))
  backend.release(buffer)
}

async function checkCounts(backend: Backend, dtype: DType, findings: Findings): Promise<void> {
  const before = backend.memory()
  const buffers = [backend.allocate(dtype, 10), backend.allocate(dtype, 0), backend.allocate(dtype, 3)]
  if (new Set(buffers.map(({ id }) => id)).size !== buffers.length)
    findings.add('two live buffers have one id')
  for (const buffer of buffers)
    if (buffer.dtype !== dtype) findings.add(`a buffer for ${dtype} says ${buffer.dtype}`)
  const lengths = buffers.map(({ length }) => length)
  if (lengths.join() !== '10,0,3') findings.add(`buffers of 10, 0 and 3 elements say ${lengths.join(', ')}`)
  same(
    findings,
    'read of an empty buffer',
    dtype,
    await backend.read(buffers[1] as (typeof buffers)[number]),
    [],
  )
  const during = backend.memory()
  if (during.buffers !== before.buffers + 3)
    findings.add(`memory() counts ${during.buffers - before.buffers} of 3 new buffers`)
  if (during.bytes < before.bytes + 13 * bytesPerElement(dtype))
    findings.add('memory() counts fewer bytes than the elements take')
  if (during.peakBytes < during.bytes) findings.add('memory() has a peak below what is in use')
  for (const buffer of buffers) backend.release(buffer)
  await backend.synchronize()
  const after = backend.memory()
  if (after.buffers !== before.buffers || after.bytes !== before.bytes) {
    findings.add(
      `after release ${after.buffers - before.buffers} buffers and ${after.bytes - before.bytes} bytes stay behind`,
    )
  }
}

export function bufferCases({ dtypes, synchronousRead }: Capabilities): ConformanceCase[] {
  return dtypes.map((dtype) => ({
    level: 'kernel',
    subject: 'buffers',
    dtype,
    run: async (backend) => {
      const findings = new Findings()
      if (synchronousRead !== (backend.readSync !== undefined)) {
        findings.add(
          `capabilities.synchronousRead is ${synchronousRead}, but readSync is ${backend.readSync === undefined ? 'missing' : 'there'}`,
        )
      }
      try {
        await checkContents(backend, dtype, findings)
        await checkCounts(backend, dtype, findings)
      } catch (error) {
        findings.add(describeError(error))
      }
      return findings.result()
    },
  }))
}
