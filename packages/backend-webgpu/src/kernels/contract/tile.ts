/**
 * Tiles: what a workgroup of the tiled kernel computes at once, and how its invocations share it. Numbers that decide how
 * fast it is are derived here too, to be held against measurements.
 */
import type { DeviceFacts } from '../../plan/plan.js'

export interface Tile {
  readonly name: string
  /** Rows and columns of the output. */
  readonly rows: number
  readonly columns: number
  /** Steps of the contracted index that are in workgroup memory at once. */
  readonly depth: number
  /** Rows and columns of one invocation, multiples of 4. */
  readonly threadRows: number
  readonly threadColumns: number
  /** 2: while one part is multiplied, the next is written beside it, with one barrier between instead of two. */
  readonly stages: 1 | 2
  /** How many invocations share each element: every team takes its part of the steps in workgroup memory. */
  readonly teams: number
}

/**
 * All within the portable limits (256 invocations, 16 KiB). Per step and invocation 2 reads of 16 bytes serve 16
 * multiplications in the small ones, 3 serve 32 in the medium one, 4 serve 64 in the large one.
 */
export const TILES = {
  narrow: {
    name: 'narrow',
    rows: 64,
    columns: 16,
    depth: 16,
    threadRows: 4,
    threadColumns: 4,
    stages: 2,
    teams: 1,
  },
  small: {
    name: 'small',
    rows: 32,
    columns: 32,
    depth: 16,
    threadRows: 4,
    threadColumns: 4,
    stages: 2,
    teams: 1,
  },
  medium: {
    name: 'medium',
    rows: 64,
    columns: 64,
    depth: 16,
    threadRows: 8,
    threadColumns: 4,
    stages: 2,
    teams: 1,
  },
  large: {
    name: 'large',
    rows: 128,
    columns: 128,
    depth: 8,
    threadRows: 8,
    threadColumns: 8,
    stages: 2,
    teams: 1,
  },
  /** The small one by four times as many invocations, for products with few tiles. */
  team: {
    name: 'team',
    rows: 32,
    columns: 32,
    depth: 32,
    threadRows: 4,
    threadColumns: 4,
    stages: 2,
    teams: 4,
  },
  /** The large one with half the barriers per multiplication; not chosen before it was measured. */
  deep: {
    name: 'deep',
    rows: 128,
    columns: 128,
    depth: 16,
    threadRows: 8,
    threadColumns: 8,
    stages: 1,
    teams: 1,
  },
} as const satisfies Record<string, Tile>

export type TileName = keyof typeof TILES

export function invocationsOf({ rows, columns, threadRows, threadColumns, teams }: Tile): number {
  return (rows / threadRows) * (columns / threadColumns) * teams
}

/** Bytes of workgroup memory; halves take 2 of these 4 for a factor, and what they spare is enough for the sums of teams. */
export function sharedBytesOf({ rows, columns, depth, stages }: Tile): number {
  return (rows + columns) * depth * stages * 4
}

export function fits(tile: Tile, { maximumInvocations, workgroupBytes }: DeviceFacts): boolean {
  return invocationsOf(tile) <= maximumInvocations && sharedBytesOf(tile) <= workgroupBytes
}
