/**
 * The code of a map: a walk over its views with the expressions in its innermost loop.
 */
import type { Value } from '../assembler/index.js'
import { type Cursor, type Pace, read, type StoredType, write } from '../emit/access.js'
import {
  emitExpressions,
  invariantParts,
  type Known,
  type Leaf,
  type ScalarPlaces,
} from '../emit/expression.js'
import { Kit } from '../emit/kit.js'
import { emitElements } from '../emit/loops.js'
import { emitWalk, type Walk } from '../emit/walk.js'
import { type Plan, placesOf } from './plan.js'

export const dtypeOfLeaf = (leaf: Leaf): StoredType | undefined =>
  leaf.kind === 'index' ? undefined : leaf.dtype

/** Arguments: those of the walk over the leaves and the outputs, then the scalars. */
export function writeMapKernel(plan: Plan, walk: Walk): void {
  emitWalk(
    walk,
    (reader) => placesOf(plan.scalars, walk.args, reader.scalars),
    (cursors, count, scalars) => emitRow(walk.kit, plan, scalars, cursors, count),
  )
}

/** Rounds that run at once: several where little is done in each, so that looping costs less than computing. */
export function unrollFor(operations: number, views: readonly { readonly pace: Pace }[]): number {
  if (views.some(({ pace }) => pace === 'strided')) return 1
  return operations <= 4 ? 4 : operations <= 6 ? 2 : 1
}

/** The innermost loop: cursors of the leaves, then those of the outputs. */
function emitRow(
  kit: Kit,
  plan: Plan,
  scalars: ScalarPlaces,
  cursors: readonly Cursor[],
  count: Value<'i32'>,
): void {
  const { expressions, leaves } = plan
  const cursorOf = (leaf: Leaf): Cursor => cursors[leaves.indexOf(leaf)] as Cursor
  const fixed = invariantParts(expressions, (leaf) => cursorOf(leaf).pace !== 'uniform')
  const known: Known = emitExpressions(kit, fixed, new Map(), scalars, (leaf) =>
    read(kit, cursorOf(leaf), 0, true),
  )
  emitElements(kit, cursors, count, unrollFor(plan.operations, cursors), (rounds) => {
    for (const { ahead, one } of rounds) {
      const own = new Kit(kit.f, kit.module, kit.choices)
      const values = emitExpressions(own, expressions, known, scalars, (leaf) =>
        read(own, cursorOf(leaf), ahead, one),
      )
      expressions.forEach((expression, i) => {
        const output = cursors[leaves.length + i] as Cursor
        write(own, output, values.get(expression) ?? [], ahead, one)
      })
    }
  })
}
