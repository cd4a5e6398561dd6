/** Convolution and pooling, channels last. */
import * as n from '@nabla/core'
import { differentiable, type Operation, of } from '../operation.js'

export const CONVOLUTION: readonly Operation[] = [
  differentiable({
    functions: ['conv2d'],
    inputs: [of(1, 4, 4, 2), of(3, 2, 2, 2), of(2, 2, 1, 4)],
    run: ([x, kernel, grouped]) => [
      n.conv2d(x, kernel),
      n.conv2d(x, kernel, { strides: 2, padding: 'same' }),
      n.conv2d(x, grouped, { groups: 2, dilation: [2, 1], padding: 1 }),
    ],
  }),
  differentiable({
    functions: ['conv1d'],
    inputs: [of(1, 6, 2), of(3, 2, 2)],
    run: ([x, kernel]) => [
      n.conv1d(x, kernel),
      n.conv1d(x, kernel, { strides: 2, padding: 'same' }),
      n.conv1d(x, kernel, { padding: 'causal', dilation: 2 }),
    ],
  }),
  differentiable({
    functions: ['conv2dTranspose', 'conv1dTranspose'],
    inputs: [of(1, 3, 2, 2), of(3, 2, 2, 2), of(1, 4, 2), of(3, 2, 2)],
    run: ([x, kernel, line, short]) => [
      n.conv2dTranspose(x, kernel),
      n.conv2dTranspose(x, kernel, { strides: 2, padding: 'same' }),
      n.conv1dTranspose(line, short, { strides: 2 }),
    ],
  }),
  differentiable({
    functions: ['maxPool2d', 'maxPool1d'],
    inputs: [of(1, 4, 5, 2), of(2, 7, 1)],
    run: ([x, line]) => [
      n.maxPool2d(x),
      n.maxPool2d(x, 3, { strides: 1, padding: 'same' }),
      n.maxPool2d(x, [2, 1], { dilation: 2 }),
      n.maxPool1d(line),
      n.maxPool1d(line, 3, { strides: 2 }),
    ],
    smooth: false,
  }),
  differentiable({
    functions: ['averagePool2d', 'averagePool1d'],
    inputs: [of(1, 4, 5, 2), of(2, 7, 1)],
    run: ([x, line]) => [
      n.averagePool2d(x),
      n.averagePool2d(x, 3, { strides: 1, padding: 'same' }),
      n.averagePool1d(line),
      n.averagePool1d(line, 3, { strides: 2 }),
    ],
  }),
  differentiable({
    functions: ['globalAveragePool', 'globalMaxPool'],
    inputs: [of(2, 3, 3, 2), of(2, 4, 2)],
    run: ([x, line]) => [
      n.globalAveragePool(x),
      n.globalAveragePool(line, { keepdims: true }),
      n.globalMaxPool(x, { keepdims: true }),
      n.globalMaxPool(line),
    ],
    smooth: false,
  }),
  differentiable({
    functions: ['unfold', 'fold'],
    inputs: [of(1, 4, 5, 2), of(1, 2, 2, 2, 3, 2)],
    run: ([x, patches]) => [
      n.unfold(x, 2),
      n.unfold(x, [3, 2], { strides: 2, padding: 'same' }),
      n.fold(patches, [3, 4]),
      n.fold(patches, [4, 7], { strides: [2, 3] }),
    ],
  }),
]
