/** The plan of a product by tiles: shapes of any size, from operands that lie anywhere. */
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Dispatch } from '../../plan/plan.js'
import { accumulatorOf } from './accumulator.js'
import { labelOf, type Problem } from './problem.js'
import { addSide, sideKey } from './side.js'
import type { Slices } from './slices.js'
import type { Destination } from './store.js'
import { invocationsOf, type Tile } from './tile.js'
import type { TileSide } from './tile-side.js'
import { tiledText } from './tiled-text.js'
import { trafficOf } from './traffic.js'

export function tiledDispatch(
  problem: Problem,
  facts: DeviceFacts,
  tile: Tile,
  slices: Slices,
  destination: Destination,
): Dispatch {
  const { rows, columns, depth, batches, dtype } = problem
  const [wantedLeft, wantedRight] = [problem.left.loading, problem.right.loading]
  // Columns that are read one by one are spread over the tile, so that neighbours store neighbours.
  const fours = wantedRight !== 'scalarFree' && destination.takesFours
  const traffic = trafficOf(problem, { left: wantedLeft, right: wantedRight, fours }, destination.buffer)
  const { isWide } = traffic
  const builder = new DispatchBuilder(labelOf(problem))
  const left: TileSide = {
    side: addSide(builder, 'left', problem.left, traffic.left, isWide, facts),
    layout: traffic.left === 'scalarFree' ? 'interleaved' : 'packed',
    slots: tile.rows / 4,
    tile,
  }
  const right: TileSide = {
    side: addSide(builder, 'right', problem.right, traffic.right, isWide, facts),
    layout: traffic.right === 'vectorFree' || fours ? 'packed' : 'interleaved',
    slots: tile.columns / 4,
    tile,
  }
  const store = destination.add(builder, isWide, fours)
  const [tileRows, tileColumns] = [Math.ceil(rows / tile.rows), Math.ceil(columns / tile.columns)]
  const words = {
    rows: builder.integer(rows),
    columns: builder.integer(columns),
    depth: builder.integer(depth),
    tileRows: builder.integer(tileRows),
    tileColumns: builder.integer(tileColumns),
    batches: builder.integer(batches),
    chunk: builder.integer(slices.chunk),
  }
  const type = accumulatorOf(dtype)
  const key = `contract ${tile.name} ${dtype} ${sideKey(left.side)} ${sideKey(right.side)} ${fours} ${store.key}`
  const shader = {
    key,
    invocations: invocationsOf(tile),
    body: () => tiledText({ tile, type, words, left, right, store: store.text(), fours }),
  }
  return builder.build(shader, tileRows * tileColumns * batches * slices.count)
}
