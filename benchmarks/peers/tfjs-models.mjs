/**
 * The networks of the benchmark in TensorFlow.js: what each computes, as a loss over variables.
 */
import * as tf from '@tensorflow/tfjs-core'

function crossEntropy(logits, labels) {
  const largest = logits.max(-1, true)
  const shifted = logits.sub(largest)
  const logProbabilities = shifted.sub(shifted.exp().sum(-1, true).log())
  return logProbabilities.mul(labels).sum(-1).mean().neg()
}

const labels = (batch) => tf.oneHot(tf.randomUniform([batch], 0, 10, 'int32'), 10)

/** 784-512-10, relu, softmax cross-entropy on logits. */
export function mlpLoss(batch) {
  const w1 = tf.variable(tf.randomNormal([784, 512], 0, 0.05))
  const b1 = tf.variable(tf.zeros([512]))
  const w2 = tf.variable(tf.randomNormal([512, 10], 0, 0.05))
  const b2 = tf.variable(tf.zeros([10]))
  const [x, y] = [tf.randomUniform([batch, 784]), labels(batch)]
  const loss = () => crossEntropy(x.matMul(w1).add(b1).relu().matMul(w2).add(b2), y)
  return { variables: [w1, b1, w2, b2], loss }
}

function cnnWeights() {
  const shapes = [[3, 3, 1, 32], [32], [3, 3, 32, 64], [64], [3, 3, 64, 64], [64], [576, 64], [64], [64, 10], [10]]
  return shapes.map((shape) => tf.variable(tf.randomNormal(shape, 0, 0.05)))
}

function cnnForward(x, [k1, b1, k2, b2, k3, b3, w1, c1, w2, c2]) {
  const first = tf.maxPool(tf.conv2d(x, k1, 1, 'valid').add(b1).relu(), 2, 2, 'valid')
  const second = tf.maxPool(tf.conv2d(first, k2, 1, 'valid').add(b2).relu(), 2, 2, 'valid')
  const third = tf.conv2d(second, k3, 1, 'valid').add(b3).relu()
  return third.reshape([x.shape[0], 576]).matMul(w1).add(c1).relu().matMul(w2).add(c2)
}

export function cnnLoss(batch) {
  const variables = cnnWeights()
  const [x, y] = [tf.randomUniform([batch, 28, 28, 1]), labels(batch)]
  return { variables, loss: () => crossEntropy(cnnForward(x, variables), y) }
}

/** A forward pass of the convnet on pictures. */
export function cnnInference(batch) {
  const weights = cnnWeights()
  const x = tf.randomUniform([batch, 28, 28, 1])
  return () => cnnForward(x, weights)
}

export function layerNorm(t, scale, shift) {
  const centered = t.sub(t.mean(-1, true))
  return centered.div(centered.square().mean(-1, true).add(1e-5).sqrt()).mul(scale).add(shift)
}

/** A pre-norm transformer block of width 256 with 4 heads. */
export function transformerLoss(batch, sequence) {
  const weight = (...shape) => tf.variable(tf.randomNormal(shape, 0, 0.02))
  const p = {
    s1: tf.variable(tf.ones([256])), h1: tf.variable(tf.zeros([256])), qkv: weight(256, 768), qkvB: tf.variable(tf.zeros([768])),
    o: weight(256, 256), oB: tf.variable(tf.zeros([256])), s2: tf.variable(tf.ones([256])), h2: tf.variable(tf.zeros([256])),
    up: weight(256, 1024), upB: tf.variable(tf.zeros([1024])), down: weight(1024, 256), downB: tf.variable(tf.zeros([256])),
  }
  const tokens = batch * sequence
  const x = tf.randomNormal([tokens, 256])
  const gelu = (t) => t.mul(0.5).mul(t.add(t.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI)).tanh().add(1))
  const softmax = (t) => {
    const powers = t.sub(t.max(-1, true)).exp()
    return powers.div(powers.sum(-1, true))
  }
  const loss = () => {
    const joined = layerNorm(x, p.s1, p.h1).matMul(p.qkv).add(p.qkvB)
    const [q, k, v] = tf.unstack(joined.reshape([batch, sequence, 3, 4, 64]).transpose([2, 0, 3, 1, 4]), 0)
    const mixed = softmax(tf.matMul(q, k, false, true).mul(1 / 8)).matMul(v).transpose([0, 2, 1, 3])
    const attended = x.add(mixed.reshape([tokens, 256]).matMul(p.o).add(p.oB))
    const hidden = gelu(layerNorm(attended, p.s2, p.h2).matMul(p.up).add(p.upB))
    return attended.add(hidden.matMul(p.down).add(p.downB)).square().mean()
  }
  return { variables: Object.values(p), loss }
}
