/**
 * Gradients by central differences, to compare those of the engine with. Only tests import it.
 */
import { tensorFrom, type Variable } from '@nabla/core'

const STEP = 1e-5

/** The elements to look at: all of a small tensor, an even choice of a large one. */
function positionsIn(size: number, most: number): number[] {
  if (size <= most) return Array.from({ length: size }, (_, position) => position)
  return Array.from({ length: most }, (_, each) => Math.floor((each * size) / most))
}

export interface Slope {
  readonly position: number
  readonly slope: number
}

/** Slopes of a loss with respect to (at most `most`) elements of a float64 variable. */
export async function slopesOf(variable: Variable, loss: () => Promise<number>, most = 12): Promise<Slope[]> {
  const { shape } = variable
  const data = Float64Array.from(await variable.value.data())
  const lossWith = async (position: number, change: number): Promise<number> => {
    const changed = data.slice()
    changed[position] = (data[position] ?? 0) + change
    variable.assign(tensorFrom(changed, shape))
    return loss()
  }
  const found: Slope[] = []
  for (const position of positionsIn(data.length, most)) {
    const slope = ((await lossWith(position, STEP)) - (await lossWith(position, -STEP))) / (2 * STEP)
    found.push({ position, slope })
  }
  variable.assign(tensorFrom(data, shape))
  return found
}
