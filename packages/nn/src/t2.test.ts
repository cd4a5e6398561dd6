import { test } from 'vitest'
import * as n from 'nabla'
import { createNullBackend } from '@nabla/backend'
for (const which of ['null','cpu']) test('mlp '+which, async () => {
  const backend = which==='null' ? createNullBackend() : n.createCpuBackend()
  n.setDefaultBackend(backend)
  n.setSeed(1)
  const model = n.sequential([n.layers.dense(512,{activation:'relu'}), n.layers.dense(10)], {inputShape:[784]})
  const opt = n.adam({learningRate: 0.001})
  const x = n.uniform([128,784]), y = n.randint([128],0,10)
  const step = n.jit((x: n.Tensor, y: n.Tensor) => {
    const {value, gradients} = n.variableGradients(() => n.sparseCategoricalCrossEntropy(model.call(x,{training:true}), y, {fromLogits:true}), model.trainableVariables)
    opt.apply(gradients, model.trainableVariables)
    return value
  }, {name:'step'})
  for (let i=0;i<5;i++) console.log(await step(x,y).item())
  console.log(n.inspect(step).replace(/outside.*/,''))
})
test('cnn', async () => {
  const backend = createNullBackend()
  n.setDefaultBackend(backend)
  const l = n.layers
  const model = n.sequential([l.conv2d(32,3,{activation:'relu'}),l.maxPooling2d(2),l.conv2d(64,3,{activation:'relu'}),l.maxPooling2d(2),l.conv2d(64,3,{activation:'relu'}),l.flatten(),l.dense(64,{activation:'relu'}),l.dense(10)], {inputShape:[28,28,1]})
  const opt = n.adam({learningRate: 0.001})
  const x = n.uniform([64,28,28,1]), y = n.randint([64],0,10)
  const step = n.jit((x: n.Tensor, y: n.Tensor) => {
    const {value, gradients} = n.variableGradients(() => n.sparseCategoricalCrossEntropy(model.call(x,{training:true}), y, {fromLogits:true}), model.trainableVariables)
    opt.apply(gradients, model.trainableVariables)
    return value
  }, {name:'step'})
  step(x,y)
  console.log(n.inspect(step).replace(/outside.*/,''))
})
