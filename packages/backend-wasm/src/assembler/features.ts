/**
 * What the engine's WebAssembly can do, found out by compiling a module that does it: a content security policy may forbid
 * that where mere validation would pass.
 */

import { load } from './memory-access.js'
import { ModuleBuilder } from './module.js'
import { f32x4, type Vector } from './vector.js'

function compiles(bytes: Uint8Array<ArrayBuffer>): boolean {
  try {
    return new WebAssembly.Module(bytes) instanceof WebAssembly.Module
  } catch {
    return false
  }
}

/** A module that does something with a vector. */
function using(operation: (x: Vector) => Vector): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder()
  module.define(['i32'], (f, at) => f.store('v128', at, operation(load('v128', at))))
  return module.assemble(false)
}

/** A module of nothing but its header, which fails for one reason only. */
const EMPTY = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

/** What WebAssembly with vectors of 128 bits fails for, if it does. */
export function whatIsMissing(): 'WebAssembly' | 'permission' | 'SIMD' | undefined {
  if (typeof WebAssembly === 'undefined') return 'WebAssembly'
  if (!compiles(Uint8Array.from(EMPTY))) return 'permission'
  return compiles(using((x) => f32x4.add(x, x))) ? undefined : 'SIMD'
}

/**
 * Whether there is `f32x4.relaxed_madd`. Node 20 has it behind a flag, which can be set while it runs, before the first
 * module that uses it.
 */
export function supportsRelaxedSimd(): boolean {
  const bytes = using((x) => f32x4.relaxed_madd(x, x, x))
  if (compiles(bytes)) return true
  try {
    const host: { process?: { getBuiltinModule?: (name: 'node:v8') => typeof import('node:v8') } } =
      globalThis
    host.process?.getBuiltinModule?.('node:v8').setFlagsFromString('--experimental-wasm-relaxed-simd')
  } catch {
    // Another host's `process`, or one that forbids flags: then without.
  }
  return compiles(bytes)
}
