/**
 * Random numbers in captured programs: generators go on at every call, as if the function ran.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { describe, expect, it } from 'vitest'
import { checkpoint, grad } from '../autograd/index.js'
import { setDefaultBackend } from '../engine/default-backend.js'
import { ones } from '../ops/creation/index.js'
import { sum } from '../ops/reduction/index.js'
import { defaultGenerator, dropout, Generator, setSeed, uniform } from '../random/index.js'
import type { Tensor } from '../tensor.js'
import { jit } from './jit.js'

setDefaultBackend(createCpuBackend())

const valuesOf = (x: Tensor): number[] => Array.from(x.dataSync(), Number)

/** The results of a function that draws from a generator, called several times, each eager (e) or captured (c). */
function stream(calls: string, draw: (generator: Generator) => Tensor): number[][] {
  const generator = new Generator(42)
  const captured = jit(() => draw(generator))
  return Array.from(calls, (how) => valuesOf(how === 'c' ? captured() : draw(generator)))
}

/** Expects captured calls to draw what eager ones do, with a fresh function for each stream. */
function expectSameStreams(make: () => (generator: Generator) => Tensor): void {
  const wanted = stream('eeeee', make())
  expect(stream('ccccc', make())).toEqual(wanted)
  expect(stream('ececc', make())).toEqual(wanted)
}

const draw = (generator: Generator): Tensor => uniform([5], { generator })

describe('a generator', () => {
  it('goes on at every call', () => {
    expectSameStreams(() => draw)
    expect(new Set(stream('ccc', draw).map(String)).size).toBe(3)
  })

  it('draws several times in a call', () => {
    expectSameStreams(() => (generator) => draw(generator).add(draw(generator).mul(2)))
  })

  it('advances by draws whose results nobody needs', () => {
    expectSameStreams(() => (generator) => {
      draw(generator)
      return draw(generator)
    })
  })

  it('is split', () => {
    expectSameStreams(() => (generator) => {
      const [first, second] = generator.split(2) as [Generator, Generator]
      return draw(first).sub(draw(second)).add(draw(generator))
    })
  })

  it('is folded', () => {
    expectSameStreams(() => (generator) => draw(generator.fold(3)).add(draw(generator).mul(10)))
  })

  it('is set back', () => {
    expectSameStreams(() => (generator) => {
      const state = generator.state()
      const first = draw(generator)
      generator.restore({ ...state, draws: 7 })
      return first.add(draw(generator).mul(10))
    })
  })

  it('made inside starts anew at every call', () => {
    const f = jit(() => {
      const generator = new Generator(1)
      return draw(generator).add(draw(generator))
    })
    const generator = new Generator(1)
    const wanted = valuesOf(draw(generator).add(draw(generator)))
    expect([f(), f(), f()].map(valuesOf)).toEqual([wanted, wanted, wanted])
  })

  it('made inside without a seed differs at every call', () => {
    const f = jit(() => draw(new Generator()))
    expect(new Set([f(), f(), f()].map((x) => String(valuesOf(x)))).size).toBe(3)
  })

  it('without a name is the default one; setSeed inside holds at every call', () => {
    setSeed(3)
    const wanted = [uniform([3]), uniform([3])].map(valuesOf)
    setSeed(3)
    const f = jit(() => uniform([3]))
    expect([f(), f()].map(valuesOf)).toEqual(wanted)
    const seeded = jit(() => {
      setSeed(3)
      return uniform([3])
    })
    expect([seeded(), seeded()].map(valuesOf)).toEqual([wanted[0], wanted[0]])
    expect(defaultGenerator().state().draws).toBe(1)
  })
})

describe('dropout', () => {
  const x = ones([64])
  const dropped = (generator: Generator): Tensor => dropout(x, 0.5, { generator })

  it('drops others at every call', () => {
    expectSameStreams(() => dropped)
    expect(new Set(stream('ccc', dropped).map(String)).size).toBe(3)
  })

  it('has the gradient of its own mask', () => {
    const f = (generator: Generator) => (input: Tensor) => {
      let kept: Tensor | undefined
      const gradient = grad((each: Tensor) => {
        const result = dropout(each, 0.5, { generator })
        kept = result
        return sum(result)
      })(input)
      return [gradient, kept] as const
    }
    const captured = jit(f(new Generator(5)))
    const [gradient] = captured(x)
    const mask = valuesOf(dropout(x, 0.5, { generator: new Generator(5) }))
    expect(valuesOf(gradient)).toEqual(mask)
  })

  it('in a checkpoint is the same mask in the rehearsal, and another one in the next call', () => {
    const generator = new Generator(9)
    const segment = (each: Tensor): Tensor => dropout(each, 0.5, { generator }).square().mul(0.5)
    const pull = (each: Tensor): Tensor => grad((y: Tensor) => sum(checkpoint(segment)(y)))(each)
    const captured = jit(pull)
    const wanted = ((): number[][] => {
      const rounds = [pull(x), pull(x), pull(x)].map(valuesOf)
      generator.restore(new Generator(9).state())
      return rounds
    })()
    expect([captured(x), pull(x), captured(x)].map(valuesOf)).toEqual(wanted)
    expect(new Set(wanted.map(String)).size).toBe(3)
    expect(generator.state().draws).toBe(3)
  })

  it('in a checkpoint with a generator of its own, made inside', () => {
    const segment = (each: Tensor): Tensor => dropout(each, 0.5, { generator: new Generator(2) }).square()
    const pull = (each: Tensor): Tensor => grad((y: Tensor) => sum(checkpoint(segment)(y)))(each)
    const wanted = valuesOf(pull(x))
    const captured = jit(pull)
    expect([captured(x), captured(x)].map(valuesOf)).toEqual([wanted, wanted])
  })
})
