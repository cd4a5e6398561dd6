/**
 * A line through noisy points, by gradient descent in batches of one size.
 */
import { linspace, normal, setSeed, sgd, tensorFrom, Variable, variableGradients, zeros } from 'nabla'

const COUNT = 256

/** Points around y = 1.5 x + 0.5. */
export async function makePoints() {
  setSeed(7)
  const x = linspace(-1, 1, COUNT)
  const y = x
    .mul(1.5)
    .add(0.5)
    .add(normal([COUNT]).mul(0.35))
  return { x: Float32Array.from(await x.data()), y: Float32Array.from(await y.data()) }
}

type Points = Awaited<ReturnType<typeof makePoints>>

/** Slope, offset and loss after each step. */
export async function fitLine(points: Points, batchSize: number, epochs: number, rate: number) {
  const slope = new Variable(zeros([]))
  const offset = new Variable(zeros([]))
  const optimizer = sgd({ learningRate: rate })
  const path = [{ slope: 0, offset: 0, loss: Number.NaN, seen: 0 }]
  for (let step = 0; step * batchSize < COUNT * epochs; step++) {
    // Steps of a prime number of places give an order that looks random.
    const chosen = Array.from({ length: batchSize }, (_, i) => ((step * batchSize + i) * 97) % COUNT)
    const x = tensorFrom(
      chosen.map((i) => points.x[i] ?? 0),
      [batchSize],
    )
    const y = tensorFrom(
      chosen.map((i) => points.y[i] ?? 0),
      [batchSize],
    )
    const { value, gradients } = variableGradients(() => {
      const error = x.mul(slope.value).add(offset.value).sub(y)
      return error.square().mean()
    }, [slope, offset])
    const loss = await value.item()
    optimizer.apply(gradients, [slope, offset])
    path.push({
      slope: await slope.value.item(),
      offset: await offset.value.item(),
      loss,
      seen: (step + 1) * batchSize,
    })
    for (const each of [x, y]) each.dispose()
  }
  for (const each of [slope, offset, optimizer]) each.dispose()
  return path
}
