/**
 * What `pnpm first-step` times: one training step of the 784-512-10 network in a process of its own. Prints how many
 * milliseconds after the start of the process each part was done.
 */
const begun = performance.now()
const { adam, configure, layers, randint, sequential, uniform } = await import('nabla')
const loaded = performance.now()

await configure({ backend: process.argv[2] ?? 'auto', seed: 1 })
const configured = performance.now()

const inputs = uniform([128, 784])
const targets = randint([128], 0, 10)
const filled = performance.now()

const model = sequential([layers.dense(512, { activation: 'relu' }), layers.dense(10)], { inputShape: [784] })
model.compile({ optimizer: adam(), loss: 'sparseCategoricalCrossEntropyFromLogits' })
const built = performance.now()

model.trainer.trainStep({ inputs, targets })
await model.variables[0].value.backend.synchronize()
const first = performance.now()

model.trainer.trainStep({ inputs, targets })
await model.variables[0].value.backend.synchronize()
const second = performance.now()

console.log(
  JSON.stringify({
    timeOrigin: performance.timeOrigin,
    first,
    parts: {
      'loading the modules': loaded - begun,
      'choosing the backend': configured - loaded,
      'making a batch': filled - configured,
      'making the model': built - filled,
      'the first step': first - built,
    },
    second: second - first,
  }),
)
