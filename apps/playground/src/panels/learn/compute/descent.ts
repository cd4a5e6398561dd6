/**
 * Five ways down the same slope.
 */
import {
  adam,
  exp,
  linspace,
  type Optimizer,
  rmsprop,
  sgd,
  type Tensor,
  tensor,
  Variable,
  variableGradients,
} from 'nabla'

type Surface = (x: Tensor, y: Tensor) => Tensor

const well = (x: Tensor, y: Tensor, atX: number, atY: number, depth: number): Tensor =>
  exp(x.sub(atX).square().add(y.sub(atY).square()).mul(-1.4)).mul(-depth)

export const SURFACES = {
  bowl: (x, y) => x.square().mul(0.12).add(y.square().mul(1.4)),
  hills: (x, y) =>
    well(x, y, -1.1, 0.3, 1)
      .add(well(x, y, 1.2, -0.4, 1.7))
      .add(x.square().add(y.square()).mul(0.06)),
  saddle: (x, y) => y.square().sub(x.square().mul(0.5)).add(x.square().square().mul(0.08)),
} satisfies Record<string, Surface>

export type SurfaceName = keyof typeof SURFACES

export const METHODS = {
  plain: (learningRate: number) => sgd({ learningRate }),
  momentum: (learningRate: number) => sgd({ learningRate, momentum: 0.9 }),
  nesterov: (learningRate: number) => sgd({ learningRate, momentum: 0.9, nesterov: true }),
  rmsprop: (learningRate: number) => rmsprop({ learningRate }),
  adam: (learningRate: number) => adam({ learningRate }),
} satisfies Record<string, (learningRate: number) => Optimizer>

export type MethodName = keyof typeof METHODS

/** Heights over a grid, for the map: all of them at once, by broadcasting a row of x against a column of y. */
export async function heights(surface: SurfaceName, width: number, height: number) {
  const x = linspace(-2.5, 2.5, width).reshape([1, width])
  const y = linspace(1.5, -1.5, height).reshape([height, 1])
  return SURFACES[surface](x, y).data()
}

/** The places that a method comes through. */
export async function descend(
  surface: SurfaceName,
  method: MethodName,
  start: { readonly x: number; readonly y: number },
  rate: number,
  steps: number,
) {
  const x = new Variable(tensor(start.x))
  const y = new Variable(tensor(start.y))
  const optimizer = METHODS[method](rate)
  const path = [{ ...start, height: 0 }]
  for (let step = 0; step < steps; step++) {
    const { value, gradients } = variableGradients(() => SURFACES[surface](x.value, y.value), [x, y])
    path[step] = { ...(path[step] ?? start), height: await value.item() }
    optimizer.apply(gradients, [x, y])
    path.push({ x: await x.value.item(), y: await y.value.item(), height: await value.item() })
  }
  for (const each of [x, y, optimizer]) each.dispose()
  return path
}
