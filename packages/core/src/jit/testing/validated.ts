/**
 * For tests: a backend that holds every call against the contract — views within their buffers, no element written twice,
 * nothing read where something else is written.
 */
import { type Backend, decorate, type KernelCall, layoutPositions, type View, viewsOf } from '@nabla/backend'

const sameView = (a: View, b: View): boolean =>
  a.offset === b.offset && a.shape.join() === b.shape.join() && a.strides.join() === b.strides.join()

/** What a call reads element by element at the places that it writes: it may write over that. */
function overwritable(call: KernelCall): readonly View[] {
  switch (call.kind) {
    case 'map':
      return call.inputs
    case 'reduce':
      return call.postInputs ?? []
    case 'scatter':
      return [call.output]
    default:
      return []
  }
}

function check(call: KernelCall): void {
  const fault = (what: string): RangeError => new RangeError(`${call.kind} ${call.label}: ${what}`)
  const { reads, writes } = viewsOf(call)
  const places = new Map<View, Set<number>>()
  for (const view of [...reads, ...writes]) {
    const positions = [...layoutPositions(view)]
    if (positions.some((position) => !(position >= 0 && position < view.buffer.length)))
      throw fault('a view beyond its buffer')
    places.set(view, new Set(positions))
    if (writes.includes(view) && new Set(positions).size < positions.length)
      throw fault('an element written twice')
  }
  for (const target of writes) {
    const own = places.get(target) ?? new Set<number>()
    for (const [other, positions] of places) {
      if (other === target || other.buffer !== target.buffer) continue
      if (![...positions].some((position) => own.has(position))) continue
      if (writes.includes(other)) throw fault('two outputs overlap')
      if (!overwritable(call).includes(other) || !sameView(other, target))
        throw fault('it reads what it writes')
    }
  }
  if ('scalars' in call && call.scalars.some((each) => typeof each !== 'number')) throw fault('no number')
}

/** The same backend, every call checked before it runs. */
export function validated(inner: Backend): Backend {
  return decorate(inner, {
    prepare: undefined,
    run: (call) => {
      check(call)
      inner.run(call)
    },
  })
}
