/**
 * Functions on numbers, lane by lane: what float64 uses for everything beyond arithmetic, and float32 for the arguments
 * that its own formulas don't reach.
 */
import { f32, f32x4, f64, f64x2, type Value, type Vector, v128 } from '../assembler/index.js'
import type { ImportedBinary, ImportedUnary, Kit } from '../emit/kit.js'

/** Both float64 of a vector through a function of the host. */
export function unaryByLane(kit: Kit, name: ImportedUnary, x: Vector): Vector {
  const operand = kit.let(x)
  const target = kit.module.import(name, ['f64'], 'f64')
  const lane = (i: number) => kit.f.call(target, f64x2.extract(operand, i))
  return f64x2.replace(f64x2.splat(lane(0)), 1, lane(1))
}

export function binaryByLane(kit: Kit, name: ImportedBinary, x: Vector, y: Vector): Vector {
  const [a, b] = [kit.let(x), kit.let(y)]
  const target = kit.module.import(name, ['f64', 'f64'], 'f64')
  const lane = (i: number) => kit.f.call(target, f64x2.extract(a, i), f64x2.extract(b, i))
  return f64x2.replace(f64x2.splat(lane(0)), 1, lane(1))
}

/** `fast`, but for lanes in which `hard` holds, `slow` of the operands as float64; that runs only if there are any. */
export function exceptWhere(
  kit: Kit,
  hard: Vector,
  fast: Vector,
  operands: readonly Vector[],
  slow: (...lane: Value<'f64'>[]) => Value<'f64'>,
): Vector {
  const { f } = kit
  const mask = kit.let(hard)
  const result = kit.let(fast)
  f.if(v128.any_true(mask), () => {
    const locals = operands.map((each) => kit.let(each))
    let corrected: Vector = result
    for (let i = 0; i < 4; i++) {
      const lane = slow(...locals.map((each) => f64.promote(f32x4.extract(each, i))))
      corrected = f32x4.replace(corrected, i, f32.demote(lane))
    }
    f.set(result, v128.bitselect(mask, corrected, result))
  })
  return result
}
