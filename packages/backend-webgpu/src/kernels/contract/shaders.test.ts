/** The text of shaders, without running them: keys that decide it, and what only devices with `f16` compile. */
import {
  type ContractCall,
  type DType,
  expressions as e,
  input,
  rowMajorLayout,
  type Shape,
  sizeOf,
  type View,
} from '@nabla/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DeviceFacts, Dispatch } from '../../plan/plan.js'
import { PORTABLE } from '../../testing/facts.js'
import { openNullDevice, shaderError } from '../../testing/null-device.js'
import { moduleText } from '../../wgsl/module.js'
import type { Way } from './choose.js'
import { planContraction } from './contract.js'
import { arranged, type Product, products } from './testing/products.js'
import { WAYS } from './testing/ways.js'

let buffers = 0

function callOf(product: Product, post = false): ContractCall {
  const { dtype, batch, rows, columns, depth } = product
  const view = (shape: Shape, at: Product['left'], type: DType = dtype): View => {
    const { layout, length } = arranged(shape, at)
    return { buffer: { id: buffers++, dtype: type, length }, dtype: type, ...layout }
  }
  const output = view([batch, rows, columns], product.output)
  const bias: View = { ...output, ...rowMajorLayout([batch, rows, columns]) }
  return {
    kind: 'contract',
    label: 'test',
    batch: 1,
    rows: 1,
    columns: 1,
    contracted: 1,
    left: view([batch, rows, depth], product.left),
    right: view([batch, depth, columns], product.right),
    scalars: [],
    output,
    ...(post && {
      post: e.add(input(0, dtype), input(1, dtype)),
      postInputs: [{ ...bias, buffer: { id: buffers++, dtype, length: sizeOf(bias.shape) } }],
    }),
  }
}

const plans = (call: ContractCall, way: Way, facts: DeviceFacts = PORTABLE): readonly Dispatch[] =>
  planContraction(call, facts, () => way)

describe('shaders of contractions', () => {
  it('are decided by their keys', () => {
    const known = new Map<string, string>()
    const ways = fc.constantFrom(...Object.values(WAYS))
    fc.assert(
      fc.property(products(40, 40, 40), ways, fc.boolean(), fc.nat(2), (product, way, flag, slices) => {
        for (const dispatch of plans(callOf(product, flag), { ...way, transposed: flag, slices })) {
          const { shader, bindings, words } = dispatch
          const signature = bindings.map(({ element, access }) => `${element} ${access}`).join()
          const key = `${shader.key}|${signature}`
          const text = moduleText(shader, bindings, words.length)
          expect(known.get(key) ?? text).toBe(text)
          known.set(key, text)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('hold halves in workgroup memory and add them up in float32', () => {
    for (const product of fc.sample(products(40, 40, 40), { numRuns: 5, seed: 1 })) {
      for (const way of Object.values(WAYS).filter(({ kind }) => kind === 'tiled')) {
        const facts = { ...PORTABLE, float16: true }
        const [dispatch] = plans(callOf({ ...product, dtype: 'float16' }), way, facts)
        const text = dispatch?.shader.body() ?? ''
        expect(text).toMatch(/var<workgroup> left_tile: array<array<array<vec4<f16>/)
        expect(text).toMatch(/var<workgroup> right_tile: array<array<array<vec4<f16>/)
        expect(text).toContain('var sum0_0 = vec4<f32>();')
      }
    }
  })

  it.each(Object.entries(WAYS))('%s: valid with f16 and subgroups', { timeout: 120_000 }, async (_, way) => {
    const device = await openNullDevice(['shader-f16', 'subgroups'])
    const facts = { ...PORTABLE, float16: true, subgroups: { smallest: 32, largest: 32 } }
    const samples = fc.sample(products(40, 40, 40), { numRuns: 20, seed: 1 })
    for (const product of samples) {
      for (const dispatch of plans(
        callOf({ ...product, dtype: 'float16' }, true),
        { ...way, slices: 2 },
        facts,
      )) {
        expect(await shaderError(device, dispatch)).toBe(undefined)
      }
    }
  })
})
