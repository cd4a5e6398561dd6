/**
 * Bytes of WebAssembly code as a tree: values and statements are made of the code of their parts, and everything is
 * flattened once, when the module is assembled. The lowest file of the assembler.
 */

/** A function whose number is known only when all functions of the module are. */
export interface Numbered {
  number: number
}

/** A byte, the number of a function, or pieces of code one after the other. */
export type Code = number | Numbered | readonly Code[]

/** Unsigned LEB128 (WebAssembly core specification, 5.2.2). */
export function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value >>> 0
  do {
    const low = rest & 127
    rest >>>= 7
    bytes.push(rest === 0 ? low : low | 128)
  } while (rest !== 0)
  return bytes
}

/** Signed LEB128 of a 32-bit integer. */
export function signed(value: number): number[] {
  const bytes: number[] = []
  let rest = value | 0
  for (;;) {
    const low = rest & 127
    rest >>= 7
    if ((rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)) {
      bytes.push(low)
      return bytes
    }
    bytes.push(low | 128)
  }
}

const scratch = new DataView(new ArrayBuffer(8))

function scratchBytes(count: number): number[] {
  return Array.from({ length: count }, (_, i) => scratch.getUint8(i))
}

export function int32Bytes(value: number): number[] {
  scratch.setInt32(0, value, true)
  return scratchBytes(4)
}

export function float32Bytes(value: number): number[] {
  scratch.setFloat32(0, value, true)
  return scratchBytes(4)
}

export function float64Bytes(value: number): number[] {
  scratch.setFloat64(0, value, true)
  return scratchBytes(8)
}

const isPieces = (code: Code): code is readonly Code[] => Array.isArray(code)

/** The bytes of a tree of code, functions by their numbers. */
export function flatten(code: Code, into: number[] = []): number[] {
  if (typeof code === 'number') into.push(code)
  else if (isPieces(code)) {
    // Counted, since iterators take several times as long before they are optimised.
    for (let i = 0; i < code.length; i++) flatten(code[i] as Code, into)
  } else into.push(...unsigned(code.number))
  return into
}

/** Items after their count. */
export function vector(items: readonly Code[]): Code {
  return [unsigned(items.length), ...items]
}

/** Bytes after their count. */
export function sized(code: Code): Code {
  const bytes = flatten(code)
  return [unsigned(bytes.length), bytes]
}

export function text(name: string): Code {
  return sized([...new TextEncoder().encode(name)])
}
