/**
 * Temporaries: operations that are composed of others free what they made on the way, so that eager code needs no
 * scope around every operation. While a gradient is being recorded its graph still needs the intermediate results;
 * backward frees them then.
 */
import { TensorHandle } from './handle.js'
import { isRecording } from './recording.js'
import { currentOwner, inheritsFromInputs, Owner, runOwned, tensorsIn } from './scope.js'

const isHandle = (value: unknown): value is TensorHandle => value instanceof TensorHandle

/**
 * Runs the body of a composed operation (synchronous) and frees every tensor that it made, except those in its result:
 * a tensor, or tensors nested in arrays and plain objects.
 *
 * @example withTemporaries(() => sqrt(sum(square(x)))) // the square and the sum are freed
 */
export function withTemporaries<R>(body: () => R): R {
  if (isRecording() || inheritsFromInputs()) return body()
  const outer = currentOwner()
  const heir = outer?.closed === false ? outer : undefined
  const owner = new Owner('when the operation that made it for itself returned', true)
  try {
    const result = runOwned(owner, body)
    owner.close(isHandle(result) ? [result] : tensorsIn(result, isHandle), heir)
    return result
  } finally {
    if (!owner.closed) owner.close()
  }
}
