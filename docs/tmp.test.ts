import { test } from 'vitest'
import * as n from 'nabla'
test('x', { timeout: 100000 }, async () => {
  const lap = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1e6 }
  let t = lap()
  const say = (s: string) => { const now = lap(); process.stdout.write(`${s} ${(now - t).toFixed(2)} s\n`); t = now }
  const { train, test } = await n.mnist({ source: 'digits', digits: { train: 3000, test: 500 } })
  say('load')
  n.setSeed(1)
  const { layers, sequential } = n
  const model = sequential([layers.flatten(), layers.dense(64, { activation: 'relu' }), layers.dense(10)], { inputShape: [28, 28, 1] })
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossEntropyFromLogits', metrics: ['accuracy'] })
  const h = await model.fit(train, { epochs: 4, batchSize: 50, verbose: 0 })
  say('fit ' + h.epochs.map((e) => `${e.loss.toFixed(2)}/${Number(e.accuracy).toFixed(2)}`).join(' '))
  const s = await model.evaluate(test)
  say('evaluate ' + JSON.stringify(s))
  const cnn = sequential([layers.conv2d(8, 3, { activation: 'relu' }), layers.maxPooling2d(2), layers.conv2d(16, 3, { activation: 'relu' }), layers.maxPooling2d(2), layers.flatten(), layers.dense(10)], { inputShape: [28, 28, 1] })
  cnn.compile({ optimizer: n.adam({ learningRate: 0.003 }), loss: 'sparseCategoricalCrossEntropyFromLogits', metrics: ['accuracy'] })
  await cnn.fit(train.take(1000), { epochs: 2, batchSize: 50, verbose: 0 })
  say('cnn')
  say(JSON.stringify(await cnn.evaluate(test)))
})
