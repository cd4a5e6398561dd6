/**
 * The program that each bundler is given: it trains a network of two dense layers on the backend that its address names, and
 * reports as the pages of the other tests do. JavaScript, since some bundlers take nothing else without being told how.
 */
import { adam, configure, defaultBackend, layers, mnist, sequential } from 'nabla'

async function train() {
  const backend = new URLSearchParams(location.search).get('backend')
  await configure({ backend, seed: 11, allowSoftware: true })
  const { train } = await mnist({ source: 'digits', digits: { train: 300, test: 10 } })
  const model = sequential([layers.flatten(), layers.dense(32, { activation: 'relu' }), layers.dense(10)], {
    inputShape: [28, 28, 1],
  })
  model.compile({ optimizer: adam(), loss: 'sparseCategoricalCrossEntropyFromLogits' })
  const history = await model.fit(train, { epochs: 4, batchSize: 32, verbose: 0 })
  return { backend: defaultBackend().name, losses: history.values('loss') }
}

train()
  .then(
    (report) => ({ report }),
    (error) => ({ error: String(error) }),
  )
  .then((outcome) => fetch('/report', { method: 'POST', body: JSON.stringify(outcome) }))
