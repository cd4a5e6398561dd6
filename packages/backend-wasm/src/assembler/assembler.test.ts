/** The assembler: what it emits must be valid and mean what was written. */
import { describe, expect, it } from 'vitest'
import { flatten, signed, unsigned } from './code.js'
import {
  choose,
  f32x4,
  f64,
  i32,
  i32x4,
  type Kernel,
  load,
  loadLane,
  ModuleBuilder,
  supportsRelaxedSimd,
  v128,
  whatIsMissing,
} from './index.js'

function run(write: (module: ModuleBuilder) => void, shared = false) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared })
  const module = new ModuleBuilder()
  write(module)
  const kernel: Kernel = module.instantiate({ memory, shared, functions: { cube: (x = 0) => x ** 3 } })('run')
  return {
    kernel,
    f32: new Float32Array(memory.buffer),
    i32: new Int32Array(memory.buffer),
    f64: new Float64Array(memory.buffer),
  }
}

describe('LEB128', () => {
  it('is that of the specification', () => {
    expect(unsigned(624485)).toEqual([0xe5, 0x8e, 0x26])
    expect(unsigned(2 ** 32 - 1)).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f])
    expect(signed(-123456)).toEqual([0xc0, 0xbb, 0x78])
    expect(signed(63)).toEqual([63])
    expect(signed(64)).toEqual([0xc0, 0])
    expect(signed(-64)).toEqual([0x40])
  })

  it('is used for the numbers of functions', () => {
    expect(flatten([1, [2, { number: 300 }], 3])).toEqual([1, 2, 0xac, 2, 3])
  })
})

describe('control flow', () => {
  it('counts with range, leaves with block, chooses with if', () => {
    const { kernel, i32: words } = run((module) => {
      module.define(
        ['i32', 'i32'],
        (f, from, to) => {
          const sum = f.local('i32')
          f.block((leave) => {
            f.range(from, to, 1, (position) => {
              leave(i32.eq(position, 100))
              f.if(
                i32.and(position, 1),
                () => f.increase(sum, position),
                () => f.increase(sum, 1000),
              )
            })
          })
          f.store('i32', 64, sum)
        },
        'run',
      )
    })
    kernel(0, 5)
    expect(words[16]).toBe(1 + 3 + 3000)
    kernel(7, 7)
    expect(words[16]).toBe(0)
    kernel(99, 1000)
    expect(words[16]).toBe(99)
  })

  it('treats bounds as unsigned, as addresses are', () => {
    const { kernel, i32: words } = run((module) => {
      module.define(
        ['i32', 'i32'],
        (f, from, to) => {
          const count = f.local('i32')
          f.range(from, to, 16, () => f.increase(count, 1))
          f.store('i32', 0, count)
        },
        'run',
      )
    })
    kernel(0x7ffffff0, 0x80000010)
    expect(words[0]).toBe(2)
  })
})

describe('functions', () => {
  it('call helpers, each written once, and imported functions', () => {
    const { kernel, f64: numbers } = run((module) => {
      const cube = module.import('cube', ['f64'], 'f64')
      const twice = () => module.helper('twice', ['f64'], 'f64', (_f, x) => f64.add(x, x))
      module.define(
        ['i32'],
        (f, at) => {
          f.store('f64', at, f.call(twice(), f.call(twice(), f.call(cube, load('f64', at)))))
          f.store('f64', at, choose(f64.gt(load('f64', at), 100), f64.constant(1), f64.constant(2)), 8)
        },
        'run',
      )
    })
    numbers[2] = 3
    kernel(16)
    expect([...numbers.slice(2, 4)]).toEqual([108, 1])
  })

  it('work on shared memory too', () => {
    const { kernel, i32: words } = run((module) => {
      module.define([], (f) => f.store('i32', 0, i32.constant(-7)), 'run')
    }, true)
    kernel()
    expect(words[0]).toBe(-7)
  })
})

describe('vectors', () => {
  it('compute on lanes, with numbers for vectors of them', () => {
    const {
      kernel,
      f32: floats,
      i32: words,
    } = run((module) => {
      module.define(
        ['i32'],
        (f, at) => {
          const half = f.hoist('half', () => f32x4.constant(0.5))
          const x = f.let(f32x4.add(f32x4.mul(load('v128', at), half), 1))
          f.store('v128', at, v128.bitselect(f32x4.gt(x, 2), x, f32x4.constant(-1)))
          f.storeLane(32, at, x, 3, 16)
          f.store('v128', at, v128.shuffle(x, i32x4.constant(9), [3, 2, 4, 0]), 32)
          f.store('v128', at, loadLane(32, at, i32x4.splat(5), 2, 60), 48)
        },
        'run',
      )
    })
    floats.set([1, 2, 3, 4])
    words[15] = 77
    kernel(0)
    expect([...floats.slice(0, 5)]).toEqual([-1, -1, 2.5, 3, 3])
    expect([...floats.slice(8, 10), words[10], floats[11]]).toEqual([3, 2.5, 9, 1.5])
    expect([...words.slice(12, 16)]).toEqual([5, 5, 77, 5])
  })

  it('are there, and relaxed ones where the engine has them', () => {
    expect(whatIsMissing()).toBeUndefined()
    if (!supportsRelaxedSimd()) return
    const { kernel, f32: floats } = run((module) => {
      module.define(
        [],
        (f) => f.store('v128', 0, f32x4.relaxed_madd(load('v128', 0), load('v128', 0), load('v128', 0))),
        'run',
      )
    })
    floats[0] = 3
    kernel()
    expect(floats[0]).toBe(12)
  })
})

it('says so when code is not valid', () => {
  const module = new ModuleBuilder()
  module.define([], (f) => f.store('i32', 0, { type: 'i32', code: [] }), 'run')
  const memory = new WebAssembly.Memory({ initial: 1 })
  expect(() => module.instantiate({ memory, shared: false, functions: {} })).toThrow(WebAssembly.CompileError)
})
