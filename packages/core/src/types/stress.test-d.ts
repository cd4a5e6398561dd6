/**
 * A page of typical code over many different literal shapes. Besides checking the types, it is what the budget for the
 * compiler's work (budget.test.ts) is measured on.
 */
import { expectTypeOf, test } from 'vitest'
import { gelu, mod } from '../ops/elementwise/index.js'
import type { Tensor } from '../tensor.js'

declare const images: Tensor<[128, 28, 28, 1], 'float32'>
declare const inputs: Tensor<[128, 784], 'float32'>
declare const weights: Tensor<[784, 512], 'float32'>
declare const bias: Tensor<[512], 'float32'>
declare const output: Tensor<[512, 10], 'float32'>
declare const outputBias: Tensor<[10], 'float32'>
declare const targets: Tensor<[128, 10], 'float32'>
declare const labels: Tensor<[128], 'int32'>
declare const mask: Tensor<[128, 1], 'bool'>
declare const queries: Tensor<[8, 12, 64, 32], 'float32'>
declare const keys: Tensor<[8, 12, 32, 64], 'float32'>
declare const values: Tensor<[8, 12, 64, 32], 'float16'>
declare const ragged: Tensor<[number, 784], 'float32'>
declare const unknownShape: Tensor

test('a multilayer perceptron', () => {
  const hidden = inputs.matmul(weights).add(bias).relu()
  const logits = hidden.matmul(output).add(outputBias)
  const error = logits.sub(targets).square().mul(0.5)
  const weighted = error.mul(mask).div(128)
  expectTypeOf(hidden).toEqualTypeOf<Tensor<[128, 512], 'float32'>>()
  expectTypeOf(weighted).toEqualTypeOf<Tensor<[128, 10], 'float32'>>()
  expectTypeOf(gelu(ragged.matmul(weights).add(bias))).toEqualTypeOf<Tensor<[number, 512], 'float32'>>()
  expectTypeOf(logits.greater(0).logicalAnd(mask).cast('float32')).toEqualTypeOf<
    Tensor<[128, 10], 'float32'>
  >()
})

test('attention', () => {
  const scores = queries.matmul(keys).mul(1 / Math.sqrt(32))
  const weighted = scores.exp().div(scores.exp().add(1)).matmul(values.cast('float32'))
  expectTypeOf(scores).toEqualTypeOf<Tensor<[8, 12, 64, 64], 'float32'>>()
  expectTypeOf(weighted).toEqualTypeOf<Tensor<[8, 12, 64, 32], 'float32'>>()
})

test('pictures', () => {
  const centred = images.div(255).sub(0.1307).div(0.3081)
  expectTypeOf(centred.maximum(0).minimum(1).clip(0, 1)).toEqualTypeOf<Tensor<[128, 28, 28, 1], 'float32'>>()
  expectTypeOf(centred.mul(bias)).toEqualTypeOf<Tensor<[128, 28, 28, 512], 'float32'>>()
})

test('an optimizer step', () => {
  const moment = weights.mul(0.9).add(weights.mul(0.1))
  const spread = weights.square().mul(0.001).add(weights.square().mul(0.999))
  const step = moment.div(spread.sqrt().add(1e-8)).mul(-1e-3)
  expectTypeOf(weights.add(step)).toEqualTypeOf<Tensor<[784, 512], 'float32'>>()
})

test('a long chain', () => {
  const chain = bias
    .add(1)
    .sub(2)
    .mul(3)
    .div(4)
    .neg()
    .abs()
    .exp()
    .log()
    .sin()
    .cos()
    .tanh()
    .sigmoid()
    .relu()
    .square()
  const more = chain
    .add(chain)
    .sub(bias)
    .mul(chain)
    .div(bias)
    .maximum(chain)
    .minimum(bias)
    .pow(2)
    .sqrt()
    .relu()
  expectTypeOf(more).toEqualTypeOf<Tensor<[512], 'float32'>>()
})

test('integers and unknown shapes', () => {
  expectTypeOf(mod(labels.add(1).mul(2), 10)).toEqualTypeOf<Tensor<[128], 'int32'>>()
  expectTypeOf(labels.equal(3).logicalNot()).toEqualTypeOf<Tensor<[128], 'bool'>>()
  expectTypeOf(labels.div(2).floor().cast('uint8')).toEqualTypeOf<Tensor<[128], 'uint8'>>()
  expectTypeOf(unknownShape.add(bias).mul(unknownShape).relu().shape).toEqualTypeOf<number[]>()
})
