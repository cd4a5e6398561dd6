/**
 * The body of one function: locals, statements, and structured control flow, in the order in which they are written.
 *
 * @example
 * module.define(['i32', 'i32'], (f, from, to) => {
 *   f.range(from, to, 16, (at) => f.store('v128', at, f32x4.mul(load('v128', at), 2)))
 * })
 */
import { type Code, type Numbered, unsigned, vector } from './code.js'
import { type LaneBits, type Stored, type StoreKind, storeCode, storeLaneCode } from './memory-access.js'
import { i32, scalarOf } from './scalar.js'
import { type Local, type Operand, TYPE_CODES, type Type, type Value, value } from './value.js'

/** A function that can be called: one of the module, or an imported one. */
export interface Callable<
  P extends readonly Type[] = readonly Type[],
  R extends Type | undefined = Type | undefined,
> {
  readonly parameters: P
  readonly result: R
  readonly numbered: Numbered
}

/** A value, or a local, for each of a list of types. */
export type Arguments<P extends readonly Type[]> = { readonly [I in keyof P]: Value<P[I]> }

/** Leaves the block or begins the loop anew that it belongs to, always or if a condition holds. */
export type Jump = (condition?: Value<'i32'>) => void

const EMPTY = 0x40
const END = 0x0b

export class FunctionBuilder {
  readonly #parameters: number
  readonly #locals: Type[] = []
  readonly #prologue: Code[] = []
  readonly #hoisted = new Map<string, Local>()
  #code: Code[] = []
  #depth = 0

  /** @param parameters how many locals are there from the start. */
  constructor(parameters: number) {
    this.#parameters = parameters
  }

  /** A new variable, 0 at first. */
  local<T extends Type>(type: T): Local<T> {
    const local = this.#parameters + this.#locals.push(type) - 1
    return { type, local, code: [0x20, unsigned(local)] }
  }

  /** A new variable that holds a value: what is used more than once is computed here, once. */
  let<T extends Type>(initial: Value<T>): Local<T> {
    const local = this.local(initial.type)
    this.set(local, initial)
    return local
  }

  /** The same for a number. */
  number<T extends 'i32' | 'f32' | 'f64'>(type: T, initial: Operand<T>): Local<T> {
    return this.let(scalarOf(type, initial))
  }

  /**
   * A variable set once, before everything else: constants of loops. Values with equal keys share one. The value may
   * use parameters and other hoisted variables only.
   */
  hoist(key: string, initial: () => Value<'v128'>): Value<'v128'> {
    const known = this.#hoisted.get(key)
    if (known !== undefined) return value('v128', known.code)
    const made = initial()
    const local = this.local('v128')
    this.#prologue.push(made.code, 0x21, unsigned(local.local))
    this.#hoisted.set(key, local)
    return local
  }

  set<T extends Type>(local: Local<T>, to: Value<T>): void {
    this.#code.push(to.code, 0x21, unsigned(local.local))
  }

  /** `local = local + amount`. */
  increase(local: Local<'i32'>, amount: Operand<'i32'>): void {
    this.set(local, i32.add(local, amount))
  }

  store<K extends StoreKind>(kind: K, address: Operand<'i32'>, stored: Value<Stored<K>>, offset = 0): void {
    this.#code.push(storeCode(kind, address, stored, offset))
  }

  storeLane(bits: LaneBits, address: Operand<'i32'>, from: Value<'v128'>, index: number, offset = 0): void {
    this.#code.push(storeLaneCode(bits, address, from, index, offset))
  }

  /** `to` and `from` may overlap. */
  copyMemory(to: Operand<'i32'>, from: Operand<'i32'>, bytes: Operand<'i32'>): void {
    const operands = [to, from, bytes].map((operand) => scalarOf('i32', operand).code)
    this.#code.push(operands, 0xfc, 10, 0, 0)
  }

  fillMemory(to: Operand<'i32'>, byte: Operand<'i32'>, bytes: Operand<'i32'>): void {
    const operands = [to, byte, bytes].map((operand) => scalarOf('i32', operand).code)
    this.#code.push(operands, 0xfc, 11, 0)
  }

  /** What a function yields for these arguments. */
  call<P extends readonly Type[], R extends Type>(target: Callable<P, R>, ...given: Arguments<P>): Value<R> {
    const codes = given.map((each) => each.code)
    return value(target.result, codes, 0x10, target.numbered)
  }

  #nested(code: Code, body: () => void): void {
    this.#code.push(code)
    this.#depth += 1
    body()
    this.#depth -= 1
    this.#code.push(END)
  }

  #jumpOut(): Jump {
    const label = this.#depth
    return (condition) => {
      const depth = unsigned(this.#depth - label - 1)
      if (condition === undefined) this.#code.push(0x0c, depth)
      else this.#code.push(condition.code, 0x0d, depth)
    }
  }

  if(condition: Value<'i32'>, body: () => void, otherwise?: () => void): void {
    this.#nested([condition.code, 0x04, EMPTY], () => {
      body()
      if (otherwise === undefined) return
      this.#code.push(0x05)
      otherwise()
    })
  }

  /** `leave()` goes on after the block. */
  block(body: (leave: Jump) => void): void {
    const leave = this.#jumpOut()
    this.#nested([0x02, EMPTY], () => body(leave))
  }

  /** Runs once, and again each time that `again()` is reached. */
  loop(body: (again: Jump) => void): void {
    const again = this.#jumpOut()
    this.#nested([0x03, EMPTY], () => body(again))
  }

  while(condition: () => Value<'i32'>, body: () => void): void {
    this.if(condition(), () => {
      this.loop((again) => {
        body()
        again(condition())
      })
    })
  }

  /**
   * Counts from `from` while below `to` (unsigned), which must not change meanwhile; `to` and `step` are best constants or
   * locals, since they are evaluated each time.
   */
  range(
    from: Operand<'i32'>,
    to: Operand<'i32'>,
    step: Operand<'i32'>,
    body: (position: Local<'i32'>) => void,
  ): void {
    const position = this.number('i32', from)
    this.while(
      () => i32.lt_u(position, to),
      () => {
        body(position)
        this.increase(position, step)
      },
    )
  }

  /** Calls a function for what it does. */
  run<P extends readonly Type[]>(target: Callable<P, undefined>, ...given: Arguments<P>): void {
    this.#code.push(
      given.map((each) => each.code),
      0x10,
      target.numbered,
    )
  }

  /** The declarations of locals and the code, ending with the result if there is one. */
  finish(result: Value | undefined): Code {
    const locals = vector(this.#locals.map((type) => [1, TYPE_CODES[type]]))
    return [locals, this.#prologue, this.#code, result === undefined ? [] : result.code, END]
  }
}
