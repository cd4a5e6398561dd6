/**
 * `inspect` and `programFacts`: what a captured function is, as text and in numbers.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { expect, it } from 'vitest'
import { variableGradients } from '../autograd/index.js'
import { setDefaultBackend } from '../engine/default-backend.js'
import { ones, zeros } from '../ops/creation/index.js'
import { matmul } from '../ops/linear-algebra/index.js'
import { mean } from '../ops/reduction/index.js'
import type { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { inspect, programFacts } from './inspect.js'
import { jit } from './jit.js'

setDefaultBackend(createCpuBackend())

it('a function that was not called yet', () => {
  expect(inspect(jit((x: Tensor) => x, { name: 'step' }))).toBe('step: no program captured yet')
})

it('a training step', () => {
  const [w, b] = [new Variable(ones([4, 3]), { name: 'w' }), new Variable(zeros([3]), { name: 'b' })]
  const step = jit(
    (x: Tensor, y: Tensor) => {
      const run = (): Tensor => mean(matmul(x, w.value).add(b.value).relu().sub(y).square())
      const { value, gradients } = variableGradients(run, [w, b])
      for (const [i, variable] of [w, b].entries())
        variable.assign(variable.value.sub((gradients[i] as Tensor).mul(0.1)))
      return value
    },
    { name: 'step' },
  )
  step(ones([8, 4]), ones([8, 3]))
  expect(inspect(step)).toMatchInlineSnapshot(`
    "step: 1 program

    program 1 on cpu: 6 kernels of 17 recorded calls (eliminated: fusion 12)
    arena 304 B for temporaries of 240 B
    outside of it: argument float32 32; argument float32 24; variable "w" float32 [4,3]; variable "b" float32 [3]; result float32 1
    1  contract  8×3×4      t1 = argument1 · w, then $1 = add(it, b); select(lessEqual($1, 0), 0, $1)   [matmul, add, relu]
    2  reduce    8×3 → 1×1  result1 = sum($1 = subtract(t1, argument2); multiply($1, $1)), then divide(it, 24)   [sub, square, mean]
    3  map       8×3        t2 = $1 = multiply(divide(1, 24), subtract(t1, argument2)); select(lessEqual(t1, 0), 0, add($1, $1))   [variableGradients, mean gradient, sub, square gradient, relu gradient]
    4  contract  4×3×8      t3 = argument1 · t2, then subtract(w, multiply(it, 0.1))   [matmul gradient, mul, sub]
    5  reduce    8×3 → 1×3  b = sum(t2), then subtract(b, multiply(it, 0.1))   [add gradient, mul, sub]
    6  map       12         w = t3   [assign]"
  `)
  const [facts] = programFacts(step)
  expect(facts?.kernels).toBeLessThan(facts?.recorded ?? 0)
  expect(facts?.arenaBytes).toBeGreaterThan(0)
})
