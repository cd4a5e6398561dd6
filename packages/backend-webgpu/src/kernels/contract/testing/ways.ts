/** Every kernel of products, to force in tests: tiles and shapes of the direct kernel that differ in their text. */
import type { Way } from '../choose.js'
import type { Direct } from '../direct.js'
import { TILES, type TileName } from '../tile.js'

const tiled = (name: TileName): Way => ({ kind: 'tiled', tile: TILES[name], transposed: false, slices: 1 })

const direct = (shape: Direct): Way => ({ kind: 'direct', direct: shape, transposed: false, slices: 1 })

export const WAYS: Readonly<Record<string, Way>> = {
  'narrow tiles': tiled('narrow'),
  'small tiles': tiled('small'),
  'medium tiles': tiled('medium'),
  'large tiles': tiled('large'),
  'tiles of teams': tiled('team'),
  'deep tiles': tiled('deep'),
  'one element alone': direct({ rows: 1, columns: 1, lanes: 1, neighbours: 'free', invocations: 64 }),
  '4 × 4 elements alone': direct({ rows: 4, columns: 4, lanes: 1, neighbours: 'free', invocations: 64 }),
  'a row together': direct({ rows: 1, columns: 1, lanes: 64, neighbours: 'contracted', invocations: 64 }),
  '4 × 2 elements together': direct({
    rows: 4,
    columns: 2,
    lanes: 16,
    neighbours: 'contracted',
    invocations: 64,
  }),
  '4 × 8 elements across': direct({ rows: 4, columns: 8, lanes: 4, neighbours: 'free', invocations: 128 }),
}
