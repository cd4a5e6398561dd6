import { describe, expectTypeOf, test } from 'vitest'
import { grad, hessian, jacobian, type Tensor, tensor, valueAndGrad, vmap } from '../index.js'

describe('vmap', () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ])

  test('has the type of the function, with shapes that it does not follow', () => {
    const dot = (a: Tensor<[2], 'float32'>, b: Tensor<[2], 'float32'>) => a.dot(b)
    expectTypeOf(vmap(dot)(x, x)).toEqualTypeOf<Tensor<readonly number[], 'float32'>>()
    const tree = vmap((each: { a: Tensor; b: Tensor[] }, factor: number) => ({ sum: each.a, factor }))
    expectTypeOf(tree({ a: x, b: [x] }, 3).factor).toEqualTypeOf<number>()
    expectTypeOf(tree({ a: x, b: [x] }, 3).sum).toExtend<Tensor>()
    // @ts-expect-error an argument is missing
    tree({ a: x, b: [] })
    // @ts-expect-error a tensor where a number stands
    tree({ a: x, b: [] }, x)
  })

  test('takes and gives transformed functions', () => {
    const loss = (each: Tensor) => each.square().sum()
    expectTypeOf(vmap(grad(loss))(x)).toExtend<Tensor>()
    expectTypeOf(vmap(hessian(loss))(x)).toExtend<Tensor>()
    expectTypeOf(vmap(vmap(loss))(x)).toExtend<Tensor>()
    expectTypeOf(vmap(valueAndGrad(loss))(x).value).toExtend<Tensor>()
    expectTypeOf(grad((all: Tensor) => vmap(loss)(all).sum())(x)).toEqualTypeOf<typeof x>()
    expectTypeOf(jacobian(vmap(loss))(x)).toExtend<Tensor>()
    const weighted = (w: { a: Tensor }, each: Tensor) => w.a.mul(each).sum()
    expectTypeOf(vmap(grad(weighted), { inAxes: [null, 0] })({ a: x }, x).a).toExtend<Tensor>()
  })
})
