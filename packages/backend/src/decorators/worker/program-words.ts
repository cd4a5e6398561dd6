/**
 * Programs as words: slots stand for buffers, and a scalar is a number or the place of one.
 */
import type { KernelCall } from '../../kernel.js'
import type { Program, ProgramScalar, Slot } from '../../program.js'
import { decodeCall } from './decode-call.js'
import { encodeCall } from './encode-call.js'
import type { NamesReceived, NamesSent } from './names.js'
import type { WordReader, WordWriter } from './words.js'

/** What stands before a scalar. */
const NUMBER = 0
const SLOT = 1

export function encodeProgram(program: Program, words: WordWriter, names: NamesSent): void {
  words.push(program.slots.length)
  for (const { dtype, length } of program.slots) {
    words.dtype(dtype)
    words.push(length)
  }
  words.list(program.external)
  words.push(program.scalars)
  words.push(program.calls.length)
  const scalar = (scalar: ProgramScalar): void => {
    words.push(typeof scalar === 'number' ? NUMBER : SLOT)
    words.push(typeof scalar === 'number' ? scalar : scalar.slot)
  }
  const sink = { words, names, buffer: (slot: number) => slot, scalar }
  for (const call of program.calls) encodeCall(call, sink)
}

export function decodeProgram(words: WordReader, names: NamesReceived): Program {
  const slots: Slot[] = []
  for (let left = words.next(); left > 0; left--) slots.push({ dtype: words.dtype(), length: words.next() })
  const external = words.list()
  const scalars = words.next()
  const scalar = (): ProgramScalar => {
    const isSlot = words.next() === SLOT
    const value = words.next()
    return isSlot ? { slot: value } : value
  }
  const source = { words, names, buffer: (slot: number) => slot, scalar }
  const calls: KernelCall<number, ProgramScalar>[] = []
  for (let left = words.next(); left > 0; left--) calls.push(decodeCall(source))
  return { slots, external, scalars, calls }
}
