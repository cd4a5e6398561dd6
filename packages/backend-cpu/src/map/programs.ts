/**
 * The programs that were compiled so far, by their expressions: those are interned, so equal expressions are the same
 * objects, and a program lives as long as its first expression.
 */
import type { Expr } from '@nabla/backend'
import { BLOCK } from '../nest.js'
import { lane32 } from './lane32.js'
import { lane64 } from './lane64.js'
import type { Block, Lane, ScratchBlock } from './loop.js'
import { planFor } from './plan.js'
import { BlockProgram } from './program.js'

export type AnyProgram = BlockProgram<Float32Array> | BlockProgram<Float64Array>

interface Compiled {
  readonly expressions: readonly Expr[]
  readonly program: AnyProgram
}

const compiled = /* @__PURE__ */ new WeakMap<Expr, Compiled[]>()

function scratchOf<A extends Block>(lane: Lane<A>): (position: number) => ScratchBlock<A> {
  const blocks: ScratchBlock<A>[] = []
  return (position) => {
    for (let next = blocks.length; next <= position; next++) blocks.push(lane.createScratch(BLOCK))
    return blocks[position] as ScratchBlock<A>
  }
}

const scratch32 = /* @__PURE__ */ scratchOf(lane32)
const scratch64 = /* @__PURE__ */ scratchOf(lane64)

function same(a: readonly Expr[], b: readonly Expr[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** The program of an expression list, compiled at its first use. */
export function programFor(expressions: readonly Expr[]): AnyProgram {
  const key = expressions[0] as Expr
  let list = compiled.get(key)
  if (list !== undefined) {
    for (const candidate of list) if (same(candidate.expressions, expressions)) return candidate.program
  } else {
    list = []
    compiled.set(key, list)
  }
  const plan = planFor(expressions)
  const program = plan.wide
    ? new BlockProgram<Float64Array>(plan, lane64, scratch64)
    : new BlockProgram<Float32Array>(plan, lane32, scratch32)
  list.push({ expressions: [...expressions], program })
  return program
}
