/**
 * Batching of convolution and pooling. Convolution and its two transposes are one form of three tensors, the image x,
 * the kernel and the image y of filters; each result is one of them, computed from the other two. Its axes are shared
 * in pairs (the batch by both images, channels by x and the kernel, filters by the kernel and y) and groups by all
 * three. So a batch merges into the axis that exactly those tensors share that have it, and one kernel call computes
 * all examples.
 */
import type { ConvolutionGeometry } from '../../engine/primitives.js'
import { convolution, convolutionInput, convolutionKernel } from '../../primitives/convolution.js'
import { poolSelect, poolSpread } from '../../primitives/pool.js'
import { permute, reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import {
  type AnyContext,
  type BatchingContext,
  type BatchingRule,
  type Operand,
  operandAt,
  withBatch,
} from './rule.js'

type Role = 'x' | 'kernel' | 'y'
type Shared = 'batch' | 'channels' | 'filters' | 'groups'

/** Which axis the tensors with a batch share: those among the inputs, and the result always. */
function sharedAxis(inputs: Readonly<Partial<Record<Role, Operand>>>): Shared {
  const has = (role: Role): boolean => inputs[role]?.isBatched ?? true
  if (!has('kernel')) return 'batch'
  if (!has('y')) return 'channels'
  return has('x') ? 'groups' : 'filters'
}

/** How many axes of [batch, ...axes], the last one split into groups, stand before the place of the batch. */
function placeOf(role: Role, shared: Shared): number {
  if (shared === 'batch') return 0
  if (shared === 'groups') return 3
  // [h, w, channels, groups, filters] and [n, h, w, groups, channels or filters]
  return role === 'kernel' && shared === 'channels' ? 2 : 4
}

/** The axes of one example, the last one split into groups. */
function splitShape(shape: readonly number[], groups: number): number[] {
  return [...shape.slice(0, 3), groups, (shape[3] as number) / groups]
}

/** Moves the batch to its place among the axes and merges it with the axis behind it. */
function merge(operation: string, tensor: Tensor, place: number, groups: number): Tensor {
  const [size = 0, ...shape] = tensor.shape
  const axes = splitShape(shape, groups)
  const order = [1, 2, 3, 4, 5].toSpliced(place, 0, 0)
  const moved = permute(operation, reshape(operation, tensor, [size, ...axes]), order)
  const merged = axes.with(place, size * (axes[place] as number))
  return reshape(operation, moved, [...merged.slice(0, 3), (merged[3] as number) * (merged[4] as number)])
}

/** The reverse: the batch taken out of the axis at `place`, and put in front. */
function unmerge(operation: string, tensor: Tensor, place: number, groups: number, size: number): Tensor {
  const inGroups = place === 3 ? groups * size : groups
  const axes = splitShape(tensor.shape, inGroups)
  const each = axes.with(place, (axes[place] as number) / size)
  const split = reshape(operation, tensor, each.toSpliced(place, 0, size))
  const front = permute(operation, split, [place, ...[0, 1, 2, 3, 4, 5].toSpliced(place, 1)])
  return reshape(operation, front, [size, ...each.slice(0, 3), (each[3] as number) * (each[4] as number)])
}

interface Merged {
  readonly first: Tensor
  readonly second: Tensor
  readonly groups: number
  readonly restore: (result: Tensor) => Tensor
}

function mergeBatch(
  { operation, operands, level }: AnyContext,
  { groups }: ConvolutionGeometry,
  roles: readonly [Role, Role],
  result: Role,
): Merged {
  const [first, second] = [operandAt(operands, 0), operandAt(operands, 1)]
  const shared = sharedAxis({ [roles[0]]: first, [roles[1]]: second })
  const merged = ({ tensor, isBatched }: Operand, role: Role): Tensor =>
    isBatched ? merge(operation, tensor, placeOf(role, shared), groups) : tensor
  return {
    first: merged(first, roles[0]),
    second: merged(second, roles[1]),
    groups: shared === 'groups' ? groups * level.size : groups,
    restore: (tensor) => unmerge(operation, tensor, placeOf(result, shared), groups, level.size),
  }
}

export const convolutionBatch: BatchingRule<'convolution'> = (context) => {
  const { first, second, groups, restore } = mergeBatch(context, context.parameters, ['x', 'kernel'], 'y')
  return [restore(convolution(context.operation, first, second, { ...context.parameters, groups }))]
}

export const convolutionInputBatch: BatchingRule<'convolutionInput'> = (context) => {
  const { first, second, groups, restore } = mergeBatch(context, context.parameters, ['y', 'kernel'], 'x')
  return [restore(convolutionInput(context.operation, first, second, { ...context.parameters, groups }))]
}

export const convolutionKernelBatch: BatchingRule<'convolutionKernel'> = (context) => {
  const { first, second, groups, restore } = mergeBatch(context, context.parameters, ['x', 'y'], 'kernel')
  return [restore(convolutionKernel(context.operation, first, second, { ...context.parameters, groups }))]
}

/** Pooling looks at every image by itself: all examples are one batch of images. */
function pooled(
  context: BatchingContext<'poolSelect' | 'poolSpread'>,
  pool: typeof poolSelect | typeof poolSpread,
): Tensor {
  const { operation, parameters, operands, level } = context
  const flatten = (operand: Operand): Tensor => {
    const x = withBatch(context, operand)
    return reshape(operation, x, [level.size * (x.shape[1] as number), ...x.shape.slice(2)])
  }
  const [by, source] = [flatten(operandAt(operands, 0)), flatten(operandAt(operands, 1))]
  const result = pool(operation, by, source, parameters.geometry)
  const images = (result.shape[0] as number) / level.size
  return reshape(operation, result, [level.size, images, ...result.shape.slice(1)])
}

export const poolSelectBatch: BatchingRule<'poolSelect'> = (context) => [pooled(context, poolSelect)]

export const poolSpreadBatch: BatchingRule<'poolSpread'> = (context) => [pooled(context, poolSpread)]
