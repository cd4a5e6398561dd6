import { describe, expectTypeOf, test } from 'vitest'
import {
  checkpoint,
  customGradient,
  grad,
  hessian,
  jacobian,
  stopGradient,
  type Tensor,
  tensor,
  Variable,
  valueAndGrad,
  variableGradients,
  vjp,
  zeros,
} from '../index.js'

describe('gradients', () => {
  const x = tensor([1, 2])

  test('have the type of the argument', () => {
    const loss = (each: Tensor) => each.square().sum()
    expectTypeOf(grad(loss)(x)).toEqualTypeOf<Tensor<[2], 'float32'>>()
    expectTypeOf(grad(grad((each: Tensor) => each.exp()))(tensor(1))).toEqualTypeOf<Tensor<[], 'float32'>>()
    const ofTree = grad(({ a, b }: { a: Tensor; b: Tensor }) => a.mul(b).sum())
    expectTypeOf(ofTree({ a: x, b: tensor(1) }).b).toEqualTypeOf<Tensor<[], 'float32'>>()
  })

  test('come with what the function returned', () => {
    const { value, gradient, auxiliary } = valueAndGrad((each: typeof x) => {
      const scaled = each.mul(2)
      return { value: scaled.sum(), scaled, note: 'text' }
    })(x)
    expectTypeOf(value).toEqualTypeOf<Tensor<[], 'float32'>>()
    expectTypeOf(gradient).toEqualTypeOf<Tensor<[2], 'float32'>>()
    expectTypeOf(auxiliary.scaled).toEqualTypeOf<Tensor<[2], 'float32'>>()
    expectTypeOf(auxiliary.note).toEqualTypeOf<string>()
    const w = new Variable(x)
    expectTypeOf(variableGradients(() => w.value.sum(), [w]).value).toEqualTypeOf<Tensor<[], 'float32'>>()
    expectTypeOf(variableGradients(() => w.value.sum(), [w]).auxiliary).toEqualTypeOf<undefined>()
  })

  test('refuse what cannot be differentiated', () => {
    // @ts-expect-error an async function
    grad(async (each: Tensor) => each.sum())
    // @ts-expect-error nothing returned
    grad((_each: Tensor) => {})
    // @ts-expect-error a number as argument
    grad((each: Tensor) => each.sum())(3)
    // @ts-expect-error another shape
    grad((each: Tensor<[3]>) => each.sum())(x)
  })

  test('of results that are no scalars', () => {
    expectTypeOf(jacobian((each: typeof x) => each.mul(zeros([3, 2])))(x)).toEqualTypeOf<
      Tensor<[3, 2, 2], 'float32'>
    >()
    expectTypeOf(hessian((each: Tensor) => each.sum())(x)).toEqualTypeOf<Tensor<[2, 2], 'float32'>>()
    expectTypeOf(vjp((each: typeof x) => each.exp())(x, x).value).toEqualTypeOf<Tensor<[2], 'float32'>>()
  })

  test('of wrapped functions', () => {
    expectTypeOf(stopGradient(x)).toEqualTypeOf<Tensor<[2], 'float32'>>()
    expectTypeOf(checkpoint((each: typeof x, factor: number) => each.mul(factor))(x, 2)).toEqualTypeOf<
      Tensor<[2], 'float32'>
    >()
    const custom = customGradient(
      (each: typeof x) => each.exp(),
      (cotangent, { output }) => cotangent.mul(output),
    )
    expectTypeOf(custom(x)).toEqualTypeOf<Tensor<[2], 'float32'>>()
  })

  test('variables keep the type of their tensor, and are variables of less', () => {
    const w = new Variable(zeros([2, 3]))
    expectTypeOf(w.value).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(w).toExtend<Variable>()
  })
})
