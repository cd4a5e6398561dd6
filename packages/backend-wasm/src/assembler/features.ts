/**
 * What the engine's WebAssembly can do, found out by compiling a module that does it: a content security policy may forbid
 * that where mere validation would pass.
 */

import { load } from './memory-access.js'
import { ModuleBuilder } from './module.js'
import { f32x4 } from './vector.js'

function compiles(multiplyAdd: boolean): boolean {
  if (typeof WebAssembly === 'undefined') return false
  const module = new ModuleBuilder()
  module.define(['i32'], (f, at) => {
    const x = load('v128', at)
    f.store('v128', at, multiplyAdd ? f32x4.relaxed_madd(x, x, x) : f32x4.add(x, x))
  })
  try {
    return new WebAssembly.Module(module.assemble(false)) instanceof WebAssembly.Module
  } catch {
    return false
  }
}

/** Whether there is WebAssembly with vectors of 128 bits. */
export function supportsSimd(): boolean {
  return compiles(false)
}

/**
 * Whether there is `f32x4.relaxed_madd`. Node 20 has it behind a flag, which can be set while it runs, before the first
 * module that uses it.
 */
export function supportsRelaxedSimd(): boolean {
  if (compiles(true)) return true
  try {
    const host: { process?: { getBuiltinModule?: (name: 'node:v8') => typeof import('node:v8') } } =
      globalThis
    host.process?.getBuiltinModule?.('node:v8').setFlagsFromString('--experimental-wasm-relaxed-simd')
  } catch {
    // Another host's `process`, or one that forbids flags: then without.
  }
  return compiles(true)
}
