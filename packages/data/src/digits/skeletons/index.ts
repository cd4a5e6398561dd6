/** The pen paths of all digits, in order: what the built-in digits are drawn from. */
import { eight } from './eight.js'
import { five } from './five.js'
import { four } from './four.js'
import { nine } from './nine.js'
import { one } from './one.js'
import { seven } from './seven.js'
import { six } from './six.js'
import type { DigitStyle } from './style.js'
import { three } from './three.js'
import { two } from './two.js'
import { zero } from './zero.js'

export type { DigitStyle } from './style.js'

/** The styles of the digits 0 to 9. */
export const digitStyles: readonly (readonly DigitStyle[])[] = [
  zero,
  one,
  two,
  three,
  four,
  five,
  six,
  seven,
  eight,
  nine,
]
