/** The writing styles of the digit 1; `style.ts` says how they are written down. */
import type { DigitStyle } from './style.js'

export const one: readonly DigitStyle[] = [
  { name: 'stroke', weight: 16, poses: [['50,0 50,34 50,67 50,100'], ['54,0 47,34 47,67 52,100']] },
  { name: 'bow', weight: 2, poses: [['46,0 54,34 54,67 48,100'], ['50,0 50,40 51,75 62,98']] },
  { name: 'flag', weight: 2, poses: [['30,24 50,2! 50,50 50,100'], ['36,14 50,0! 51,50 49,100']] },
  {
    name: 'flag and base',
    weight: 1.6,
    poses: [
      ['26,24 52,2! 51,50 50,98', '16,98 48,98 84,97'],
      ['34,14 52,2! 51,50 50,98', '28,99 48,98 72,97'],
    ],
  },
]
