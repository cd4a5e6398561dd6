/**
 * A pre-norm transformer block, forward and backward: d 256, 4 heads of 64, mostly sequence 128 and batch 8, gelu in its
 * tanh form, loss = mean of squares, gradients of all twelve parameters, no optimizer.
 */
import { gelu, jit, normal, ones, softmax, type Tensor, Variable, variableGradients, zeros } from 'nabla'
import type { Row } from '../measure.js'
import { STEP_SIZES, type StepSizes } from './step-sizes.js'

const [WIDTH, HEADS] = [256, 4]
const HEAD = WIDTH / HEADS

function weight(...shape: number[]): Variable {
  return new Variable(normal(shape, { standardDeviation: 0.02 }))
}

function parameters() {
  return {
    scale1: new Variable(ones([WIDTH])),
    shift1: new Variable(zeros([WIDTH])),
    qkv: weight(WIDTH, 3 * WIDTH),
    qkvBias: new Variable(zeros([3 * WIDTH])),
    output: weight(WIDTH, WIDTH),
    outputBias: new Variable(zeros([WIDTH])),
    scale2: new Variable(ones([WIDTH])),
    shift2: new Variable(zeros([WIDTH])),
    up: weight(WIDTH, 4 * WIDTH),
    upBias: new Variable(zeros([4 * WIDTH])),
    down: weight(4 * WIDTH, WIDTH),
    downBias: new Variable(zeros([WIDTH])),
  }
}

type Parameters = ReturnType<typeof parameters>
type Tokens = Pick<StepSizes, 'batch' | 'sequence'>

function layerNorm(x: Tensor, scale: Variable, shift: Variable): Tensor {
  const mean = x.mean(-1, { keepdims: true })
  const centered: Tensor = x.sub(mean)
  const variance = centered.square().mean(-1, { keepdims: true })
  const deviation: Tensor = variance.add(1e-5).sqrt()
  const normalized: Tensor = centered.div(deviation)
  const scaled: Tensor = normalized.mul(scale.value)
  return scaled.add(shift.value)
}

function linear(x: Tensor, kernel: Variable, bias: Variable): Tensor {
  const product: Tensor = x.matmul(kernel.value)
  return product.add(bias.value)
}

function attention(x: Tensor, p: Parameters, { batch, sequence }: Tokens): Tensor {
  const joined = linear(x, p.qkv, p.qkvBias).reshape([batch, sequence, 3, HEADS, HEAD])
  const heads: Tensor = joined.transpose([2, 0, 3, 1, 4])
  const [query, key, value] = [0, 1, 2].map((part): Tensor => heads.slice(part)) as [Tensor, Tensor, Tensor]
  const transposedKey: Tensor = key.transpose([0, 1, 3, 2])
  const scores: Tensor = query.matmul(transposedKey)
  const weights: Tensor = softmax(scores.mul(1 / Math.sqrt(HEAD)), -1)
  const mixed: Tensor = weights.matmul(value)
  const back: Tensor = mixed.transpose([0, 2, 1, 3])
  return linear(back.reshape([batch * sequence, WIDTH]), p.output, p.outputBias)
}

function block(x: Tensor, p: Parameters, tokens: Tokens): Tensor {
  const attended: Tensor = x.add(attention(layerNorm(x, p.scale1, p.shift1), p, tokens))
  const hidden = gelu(linear(layerNorm(attended, p.scale2, p.shift2), p.up, p.upBias), {
    approximate: 'tanh',
  })
  const result: Tensor = attended.add(linear(hidden, p.down, p.downBias))
  return result
}

export const transformerRowsOf = (tokens: Tokens): Row[] => [
  {
    name: 'train/transformer-block',
    unit: 'ms',
    prepare(mode) {
      const p = parameters()
      const variables = Object.values(p)
      const x: Tensor = normal([tokens.batch * tokens.sequence, WIDTH])
      const gradientsOf = (input: Tensor) =>
        variableGradients(() => block(input, p, tokens).square().mean(), variables)
      const captured = jit((input: Tensor) => gradientsOf(input))
      const run = mode === 'captured' ? captured : gradientsOf
      return {
        async once() {
          const { value, gradients } = run(x)
          await value.backend.synchronize()
          for (const tensor of [value, ...gradients]) tensor.dispose()
        },
        dispose() {
          captured.dispose()
          for (const variable of variables) variable.dispose()
        },
      }
    },
  },
]

export const transformerRows: readonly Row[] = transformerRowsOf(STEP_SIZES)
