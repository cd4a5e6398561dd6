/**
 * What the programs do once they have a backend: train a network of two dense layers, and report as the pages of the other
 * tests do. JavaScript, since some bundlers take nothing else without being told how.
 */
import { adam, defaultBackend, layers, mnist, sequential } from 'nabla'

async function train() {
  // As it is before anything was computed.
  const { threads, description } = defaultBackend().capabilities
  const { train } = await mnist({ source: 'digits', digits: { train: 300, test: 10 } })
  const model = sequential([layers.flatten(), layers.dense(32, { activation: 'relu' }), layers.dense(10)], {
    inputShape: [28, 28, 1],
  })
  model.compile({ optimizer: adam(), loss: 'sparseCategoricalCrossEntropyFromLogits' })
  const history = await model.fit(train, { epochs: 4, batchSize: 32, verbose: 0 })
  const backend = defaultBackend()
  // Training may be over before threads are there.
  while (backend.capabilities.description.includes('being started'))
    await new Promise((resolve) => setTimeout(resolve, 10))
  const { threads: threadsAfterwards } = backend.capabilities
  return { backend: backend.name, threads, description, threadsAfterwards, losses: history.values('loss') }
}

/** @param {() => Promise<unknown>} chooseBackend */
export function trainOn(chooseBackend) {
  chooseBackend()
    .then(train)
    .then(
      (report) => ({ report }),
      (error) => ({ error: String(error) }),
    )
    .then((outcome) => fetch('/report', { method: 'POST', body: JSON.stringify(outcome) }))
}
