/**
 * What convolution and pooling say when shapes or options don't fit.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import type { Tensor } from '../../tensor.js'
import { tensorFrom } from '../creation/tensor.js'
import { averagePool2d } from './average-pool.js'
import { conv1d, conv2d } from './convolve.js'
import { globalAveragePool } from './global-pool.js'
import { maxPool1d, maxPool2d } from './max-pool.js'
import { conv2dTranspose } from './transpose.js'
import { fold, unfold } from './unfold.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** A tensor of a shape that the compiler doesn't know. */
const of = (...shape: number[]): Tensor =>
  tensorFrom(new Float32Array(shape.reduce((size, length) => size * length, 1)), shape)

describe('errors of convolution', () => {
  it('ranks', () => {
    expect(() => conv2d(of(28, 28, 1), of(3, 3, 1, 8))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d: expected an input [batch, height, width, channels] and a kernel [height, width, channels / groups, filters], 4 axes each; received input [28,28,1] and kernel [3,3,1,8], with 3 and 4 axes. Fix: add a batch axis to the input at axis 0, or a channel axis at its end, with expandDims.]`,
    )
    expect(() => conv1d(of(1, 28, 28, 1), of(3, 3, 1, 8))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv1d: expected an input [batch, length, channels] and a kernel [length, channels / groups, filters], 3 axes each; received input [1,28,28,1] and kernel [3,3,1,8], with 4 and 4 axes. Fix: reshape the input to 3 axes.]`,
    )
  })

  it('channels and groups', () => {
    expect(() => conv2d(of(1, 8, 8, 4), of(3, 3, 3, 8))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d: expected axis -2 of the kernel as long as the channels (axis -1) of the input divided by groups; received input [1,8,8,4] and kernel [3,3,3,8] with groups 1: 3 against 4 / 1. Fix: make axis -2 of the kernel channels / groups long (channels come last).]`,
    )
    expect(() => conv2d(of(1, 8, 8, 4), of(3, 3, 1, 8))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d: expected axis -2 of the kernel as long as the channels (axis -1) of the input divided by groups; received input [1,8,8,4] and kernel [3,3,1,8] with groups 1: 1 against 4 / 1. Fix: set groups to 4, or make axis -2 of the kernel 4 long.]`,
    )
    expect(() => conv2d(of(1, 8, 8, 4), of(3, 3, 2, 5), { groups: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d: expected a number of filters (axis -1 of the kernel) that groups divides; received input [1,8,8,4] and kernel [3,3,2,5] with groups 2: 5 filters. Fix: use a multiple of 2 filters.]`,
    )
    expect(() => conv2d(of(1, 8, 8, 4), of(3, 3, 2, 5), { groups: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: conv2d: expected groups as a whole number of at least 1; received 0. Fix: pass 1 or more, or leave groups out for the default.]`,
    )
  })

  it('kernels that do not fit', () => {
    expect(() => conv2d(of(1, 2, 8, 1), of(3, 3, 1, 8))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d: expected a kernel that fits into the input along the height (axis 1); received input [1,2,8,1] and kernel [3,3,1,8], which reaches over 3 elements of 2. Fix: use padding: 'same', a smaller kernel, less dilation, or a larger input.]`,
    )
    expect(() =>
      conv1d(of(1, 6, 1), of(3, 1, 8), { padding: 1, dilation: 4 }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv1d: expected a kernel that fits into the input along the length (axis 1); received input [1,6,1] and kernel [3,1,8], which reaches over 9 elements of 8 (padding included). Fix: use padding: 'same', a smaller kernel, less dilation, or a larger input.]`,
    )
  })

  it('options', () => {
    const [x, kernel] = [of(1, 8, 8, 1), of(3, 3, 1, 8)]
    expect(() => conv2d(x, kernel, { strides: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: conv2d: expected strides as a whole number of at least 1, for all spatial axes or one for each; received 0. Fix: pass 1 or more, or leave strides out for the default.]`,
    )
    expect(() => conv2d(x, kernel, { dilation: [1, 1.5] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: conv2d: expected dilation as a whole number of at least 1, for all spatial axes or one for each; received 1.5. Fix: pass 1 or more, or leave dilation out for the default.]`,
    )
    expect(() => conv2d(x, kernel, { padding: [-1, 0] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: conv2d: expected padding as a whole number of at least 0, for all spatial axes or one for each; received -1. Fix: pass 0 or more, or leave padding out for the default.]`,
    )
    // @ts-expect-error no such name
    expect(() => conv2d(x, kernel, { padding: 'SAME' })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: conv2d: expected padding as 'valid', 'same', a number or [[top, bottom], [left, right]]; received "SAME". Fix: write padding: 'same' to keep the length, or give the zeros per side.]`,
    )
    // @ts-expect-error a pair for one axis
    expect(() => conv1d(of(1, 8, 1), of(3, 1, 8), { strides: [1, 2] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: conv1d: expected strides as one number; received [1,2]. Fix: pass 1 value, one per spatial axis (length).]`,
    )
  })
})

describe('errors of transposed convolution', () => {
  it('channels, lengths and output padding', () => {
    expect(() => conv2dTranspose(of(1, 4, 4, 8), of(3, 3, 8, 4))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2dTranspose: expected axis -1 of the kernel as long as the channels (axis -1) of the input; the filters are its axis -2; received input [1,4,4,8] and kernel [3,3,8,4] with groups 1: 4 against 8. Fix: exchange the last two axes of the kernel: matrixTranspose(kernel).]`,
    )
    expect(() => conv2dTranspose(of(1, 4, 4, 8), of(3, 3, 2, 5))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2dTranspose: expected axis -1 of the kernel as long as the channels (axis -1) of the input; the filters are its axis -2; received input [1,4,4,8] and kernel [3,3,2,5] with groups 1: 5 against 8. Fix: make axis -1 of the kernel as long as the channels.]`,
    )
    expect(() =>
      conv2dTranspose(of(1, 4, 4, 3), of(3, 3, 2, 3), { groups: 2 }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2dTranspose: expected a number of channels (axis -1 of the input) that groups divides; received input [1,4,4,3] and kernel [3,3,2,3] with groups 2: 3 channels. Fix: choose groups that divide the channels.]`,
    )
    expect(() =>
      conv2dTranspose(of(1, 1, 4, 3), of(2, 3, 2, 3), { padding: 1 }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2dTranspose: expected an output of at least 1 element along the height (axis 1); received input [1,1,4,3] and kernel [2,3,2,3], which give 0. Fix: use less padding, or an input and a kernel that are not empty.]`,
    )
    expect(() =>
      conv2dTranspose(of(1, 4, 4, 3), of(3, 3, 2, 3), { strides: 2, outputPadding: 2 }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: conv2dTranspose: expected outputPadding from 0 to 1, less than the stride, along the height (axis 1); received 2 with stride 2. Fix: leave outputPadding out, or use a smaller one.]`,
    )
  })
})

describe('errors of pooling', () => {
  it('ranks and windows', () => {
    expect(() => maxPool2d(of(28, 28, 1))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: maxPool2d: expected an input [batch, height, width, channels] of 4 axes; received input [28,28,1] of 3. Fix: add a batch axis at axis 0, or a channel axis at the end, with expandDims.]`,
    )
    expect(() => maxPool1d(of(1, 3, 1), 4)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: maxPool1d: expected a window that fits into the input along the length (axis 1); received input [1,3,1] and window [4], which reaches over 4 elements of 3. Fix: use padding: 'same', a smaller window, less dilation, or a larger input.]`,
    )
    expect(() => averagePool2d(of(1, 8, 8, 1), 2, { padding: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: averagePool2d: expected at least one element of the input in every window along the height (axis 1); received input [1,8,8,1] with padding [2,2] and a window of 2. Fix: use less padding than the window is long, or padding: 'same'.]`,
    )
    expect(() => averagePool2d(of(1, 8, 8, 1), [2, 0])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: averagePool2d: expected window as a whole number of at least 1, for all spatial axes or one for each; received 0. Fix: pass 1 or more, or leave window out for the default.]`,
    )
    expect(() => globalAveragePool(of(8, 10))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: globalAveragePool: expected an input [batch, …spatial axes, channels] with at least one spatial axis, none of them empty; received input [8,10] of 2 axes, whose spatial axes are []. Fix: give it batch, positions and channels as axes, for example with reshape or expandDims.]`,
    )
  })

  it('unfold and fold', () => {
    expect(() => unfold(of(1, 3, 3, 1), 4)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: unfold: expected a window that fits into the input along the height (axis 1); received input [1,3,3,1] and window [4,4], which reaches over 4 elements of 3. Fix: use padding: 'same', a smaller window, less dilation, or a larger input.]`,
    )
    expect(() => fold(of(1, 2, 2, 2, 2, 1), [4, 3])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: fold: expected [3,2] windows (axes 1 and 2) for an image of [4,3] with these options; received patches [1,2,2,2,2,1] with [2,2]. Fix: pass the size and the options that unfold was called with.]`,
    )
  })
})
