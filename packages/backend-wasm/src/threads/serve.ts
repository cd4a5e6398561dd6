/**
 * What a worker runs. In Node these functions are handed over as text (`spawn.ts`), so neither uses anything but its
 * parameters and globals.
 */
import type { Kernel } from '../assembler/index.js'
import type { Start } from './control.js'

/** What the kernels of a list are taken from. */
export interface Stock {
  /** The kernel of a number, which is the `call`-th call of the list. */
  kernel(number: number, call: number): Kernel | undefined
  /** Makes known the kernels that a module exports, from a number on. */
  define(first: number, bytes: Uint8Array<ArrayBuffer>): void
  forget(number: number): void
  /** Called after each call. */
  progress(): void
}

/**
 * Runs the calls of a list. Each is the number of a kernel, how many parameters it has, and those; or, with -1 for their
 * count, the address of arguments, from, to, and how many steps at a time. -1 for a kernel defines: the first number, how
 * many bytes, a module; -2 forgets a number.
 */
export function execute(words: Int32Array, first: number, length: number, stock: Stock): void {
  const end = first + length
  let at = first
  let call = 0
  const next = (): number => words[at++] ?? 0
  while (at < end) {
    const number = next()
    if (number === -2) {
      stock.forget(next())
      continue
    }
    const count = next()
    if (number === -1) {
      const bytes = next()
      // A copy, since shared bytes are not compiled.
      stock.define(count, Uint8Array.from(new Uint8Array(words.buffer, 4 * at, bytes)))
      at += Math.ceil(bytes / 4)
      continue
    }
    const kernel = stock.kernel(number, call++)
    if (kernel === undefined) throw new Error(`kernel ${number} is not known`)
    if (count >= 0) {
      kernel(...words.subarray(at, at + count))
      at += count
      stock.progress()
      continue
    }
    const args = next()
    const from = next()
    const to = next()
    const most = next()
    for (let step = from; step < to; step += most) {
      kernel(args, step, Math.min(to, step + most))
      stock.progress()
    }
  }
}

/** Runs lists as they come, for ever. */
export function serve(run: typeof execute, { memory, words, list, states, patience }: Start): void {
  const control = new Int32Array(memory.buffer)
  const kernels = new Map<number, Kernel>()
  const isKernel = (exported: unknown): exported is Kernel => typeof exported === 'function'
  const stock: Stock = {
    kernel: (number) => kernels.get(number),
    define(first, bytes) {
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { m: memory }, f: {} })
      Object.values(exports).forEach((exported, i) => {
        if (isKernel(exported)) kernels.set(first + i, exported)
      })
    },
    forget: (number) => kernels.delete(number),
    progress: () => Atomics.add(control, words.progress, 1),
  }
  // An empty one: what came with this file may forbid modules where the page may have them.
  new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))
  let seen = Atomics.load(control, words.generation)
  Atomics.store(control, words.state, states.ready)
  for (;;) {
    const until = performance.now() + patience
    let generation = seen
    do {
      for (let i = 0; i < 500 && generation === seen; i++)
        generation = Atomics.load(control, words.generation)
    } while (generation === seen && performance.now() < until)
    if (generation === seen) {
      Atomics.store(control, words.sleeping, 1)
      Atomics.wait(control, words.generation, seen)
      Atomics.store(control, words.sleeping, 0)
      continue
    }
    // The caller takes a list back that wasn't begun when it is done with its own part.
    seen = generation
    const before = (generation - 1) | 0
    const isMine = Atomics.compareExchange(control, words.claimed, before, generation) === before
    if (!isMine) continue
    try {
      run(control, list, control[words.length] ?? 0, stock)
    } catch (error) {
      Atomics.store(control, words.state, states.failed)
      throw error
    } finally {
      Atomics.store(control, words.done, generation)
      if (Atomics.load(control, words.waiting) === 1) Atomics.notify(control, words.done)
    }
  }
}
