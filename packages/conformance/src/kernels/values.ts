/**
 * Elements to test with: hostile ones, that kernels get wrong, and ordinary ones, reproducible from a seed.
 */
import { type DType, type FloatDType, isFloat, roundToType, threefry2x32 } from '@nabla/backend'
import { FLOAT_FORMATS } from '../acceptance/float-format.js'
import { limitsOf } from '../reference/fold.js'

/** A stream of numbers in [0, 1) from a seed. */
export function randomNumbers(seed: number): () => number {
  let counter = 0
  return () => threefry2x32(seed, 0x6e61626c, counter++, 0)[0] / 2 ** 32
}

function hostileFloats(dtype: FloatDType): number[] {
  const { minimumNormal, maximum, precision } = FLOAT_FORMATS[dtype]
  const denormal = minimumNormal * 2 ** -3
  const large = dtype === 'float16' ? 3e4 : 1e30
  const magnitudes = [
    0,
    1,
    0.5,
    1.5,
    2.5,
    3,
    20,
    100,
    large,
    maximum,
    minimumNormal,
    denormal,
    1 + 2 ** (1 - precision),
  ]
  const values = magnitudes.flatMap((magnitude) => [magnitude, -magnitude])
  return [...values, 2 ** -12, 0.75, -0.875, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
}

/** Values at the edges of a type: zeros of both signs, denormals, the largest, NaN, infinities; limits of integers. */
export function hostileValues(dtype: DType): number[] {
  if (isFloat(dtype)) return hostileFloats(dtype)
  const [low, high] = limitsOf(dtype)
  if (dtype === 'bool') return [0, 1]
  const values = [
    0,
    1,
    2,
    3,
    7,
    31,
    32,
    33,
    100,
    255,
    65537,
    2 ** 24 + 1,
    -1,
    -2,
    -7,
    -128,
    low,
    low + 1,
    high,
    high - 1,
  ]
  return [...new Set(values.filter((value) => value >= low && value <= high))]
}

/** The few of them that are enough where all combinations are tried. */
export function hostileFew(dtype: DType): number[] {
  if (!isFloat(dtype)) return hostileValues(dtype).filter((_, i) => i % 2 === 0)
  const large = dtype === 'float16' ? 3e4 : 1e30
  return [
    0,
    -0,
    1,
    -1.5,
    0.5,
    3,
    large,
    -large,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]
}

/**
 * Ordinary elements: floats from -2 to 2 on a grid that every float type holds exactly, small integers of both signs.
 */
export function ordinaryValues(dtype: DType, count: number, seed: number): number[] {
  const next = randomNumbers(seed)
  return Array.from({ length: count }, () => ordinary(dtype, next()))
}

function ordinary(dtype: DType, random: number): number {
  if (isFloat(dtype)) return Math.round(random * 256 - 128) / 64
  if (dtype === 'bool') return random < 0.5 ? 0 : 1
  return roundToType(Math.floor(random * 23) - (dtype === 'int32' ? 11 : 0), dtype)
}
