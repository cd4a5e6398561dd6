/**
 * A module: imported functions, functions of its own, one imported memory. It is assembled into bytes, compiled and
 * instantiated at once, which is quick, since modules are a few kilobytes.
 */
import { type Code, flatten, type Numbered, sized, text, unsigned, vector } from './code.js'
import { type Callable, FunctionBuilder } from './function.js'
import { type Local, TYPE_CODES, type Type, type Value } from './value.js'

export type Locals<P extends readonly Type[]> = { readonly [I in keyof P]: Local<P[I]> }

/** What the assembled module needs to run. */
export interface Surroundings {
  readonly memory: WebAssembly.Memory
  /** Whether the memory is shared between threads. */
  readonly shared: boolean
  /** The functions that `import` names. */
  readonly functions: Readonly<Record<string, (...numbers: number[]) => number>>
  /** Keeps modules that import no function: they can be instantiated on other threads too. */
  readonly library?: { add(bytes: Uint8Array, kernels: readonly Kernel[]): void } | undefined
}

interface Defined {
  readonly callable: Callable
  readonly body: Code
  readonly exported: string | undefined
}

const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
/** 65,536 pages: 4 GiB, as LEB128. A shared memory states its maximum, the others need none. */
const LIMITS = { plain: [0, 1], shared: [3, 1, 0x80, 0x80, 4] }
const FUNCTION = 0
const MEMORY = 2

const section = (id: number, items: readonly Code[]): Code =>
  items.length === 0 ? [] : [id, sized(vector(items))]

const types = (list: readonly Type[]): Code => vector(list.map((type) => TYPE_CODES[type]))

const signature = ({ parameters, result }: Callable): Code => [
  0x60,
  types(parameters),
  types(result === undefined ? [] : [result]),
]

/** Parameters as locals, which they are in the function. */
function localsOf<P extends readonly Type[]>(parameters: P): Locals<P>
function localsOf(parameters: readonly Type[]): Local[] {
  return parameters.map((type, local) => ({ type, local, code: [0x20, unsigned(local)] }))
}

export class ModuleBuilder {
  readonly #imported = new Map<string, Callable>()
  readonly #defined: Defined[] = []
  readonly #helpers = new Map<string, Numbered>()

  /** A function that the surroundings provide, by its name there. */
  import<const P extends readonly Type[], R extends Type>(
    name: string,
    parameters: P,
    result: R,
  ): Callable<P, R> {
    const numbered = this.#imported.get(name)?.numbered ?? { number: -1 }
    const callable = { parameters, result, numbered }
    this.#imported.set(name, callable)
    return callable
  }

  /**
   * A function without a result; `body` writes it.
   *
   * @param exported the name under which it can be called from outside.
   */
  define<const P extends readonly Type[]>(
    parameters: P,
    body: (f: FunctionBuilder, ...locals: Locals<P>) => void,
    exported?: string,
  ): Callable<P, undefined> {
    const f = new FunctionBuilder(parameters.length)
    body(f, ...localsOf(parameters))
    const callable = { parameters, result: undefined, numbered: { number: -1 } }
    this.#defined.push({ callable, body: f.finish(undefined), exported })
    return callable
  }

  /** A function with a result, e.g. a formula that is too long to repeat; written once under each key. */
  helper<const P extends readonly Type[], R extends Type>(
    key: string,
    parameters: P,
    result: R,
    body: (f: FunctionBuilder, ...locals: Locals<P>) => Value<R>,
  ): Callable<P, R> {
    const known = this.#helpers.get(key)
    if (known !== undefined) return { parameters, result, numbered: known }
    const numbered = { number: -1 }
    const callable = { parameters, result, numbered }
    this.#helpers.set(key, numbered)
    const f = new FunctionBuilder(parameters.length)
    const written = body(f, ...localsOf(parameters))
    this.#defined.push({ callable, body: f.finish(written), exported: undefined })
    return callable
  }

  /** The module in the binary format (WebAssembly core specification, 5.5). */
  assemble(shared: boolean): Uint8Array<ArrayBuffer> {
    const imported = [...this.#imported]
    const all = [
      ...imported.map(([, callable]) => callable),
      ...this.#defined.map(({ callable }) => callable),
    ]
    all.forEach(({ numbered }, number) => {
      numbered.number = number
    })
    const imports = imported.map(([name, { numbered }]) => [
      text('f'),
      text(name),
      FUNCTION,
      unsigned(numbered.number),
    ])
    const memory = [text('m'), text('m'), MEMORY, LIMITS[shared ? 'shared' : 'plain']]
    const exports = this.#defined.flatMap(({ exported, callable }) =>
      exported === undefined ? [] : [[text(exported), FUNCTION, callable.numbered]],
    )
    // Every function has a type of its own, of the same number: repeated types are allowed.
    const code = flatten([
      MAGIC,
      section(1, all.map(signature)),
      section(2, [...imports, memory]),
      section(
        3,
        this.#defined.map(({ callable }) => callable.numbered),
      ),
      section(7, exports),
      section(
        10,
        this.#defined.map(({ body }) => sized(body)),
      ),
    ])
    return Uint8Array.from(code)
  }

  /**
   * The exported functions, ready to run.
   *
   * @throws WebAssembly.CompileError naming the byte, if the code is not valid: a mistake of whoever wrote the kernel.
   */
  instantiate({ memory, shared, functions, library }: Surroundings): (exported: string) => Kernel {
    const bytes = this.assemble(shared)
    const module = new WebAssembly.Module(bytes)
    const { exports } = new WebAssembly.Instance(module, { m: { m: memory }, f: { ...functions } })
    if (this.#imported.size === 0) library?.add(bytes, Object.values(exports).filter(isKernel))
    return (exported) => {
      const kernel = exports[exported]
      if (isKernel(kernel)) return kernel
      throw new RangeError(`this module exports no function "${exported}"`)
    }
  }
}

/** An exported function without a result. */
export type Kernel = (...numbers: number[]) => void

function isKernel(exported: unknown): exported is Kernel {
  return typeof exported === 'function'
}
