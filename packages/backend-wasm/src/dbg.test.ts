import { it } from 'vitest'
import { createCpuBackend } from '@nabla/backend-cpu'
import { createWasmBackend } from '/work/wt-wasm/packages/backend-wasm/src/index.js'
it('x', () => {
  for (const dtype of ['uint8','int32'] as const) for (const b of [createCpuBackend(), createWasmBackend()]) {
  const A = dtype === 'uint8' ? Uint8Array : Int32Array
  const by = b.allocate(dtype, 16), src = b.allocate(dtype, 30), out = b.allocate(dtype, 16)
  b.write(by, new A([3,1,2,0, 1,2,3,1, 0,1,2,3, 3,2,1,0])); b.write(src, new A(Array.from({length:30},(_, i)=>i)))
  for (const rev of [false, true]) {
  b.run({kind:'pool',label:'x',mode:'spread',geometry:{window:[3,2],strides:[1,1],dilation:[1,1],padding:[[0,0],[0,0]]},
    by:{buffer:by,dtype,shape:[1,4,4,1],strides:[-16,-4,-1,-1],offset:15},
    source:{buffer:src,dtype,shape:[1,2,3,1],strides:[18,9,3,1],offset:1},
    output:{buffer:out,dtype,shape:[1,4,4,1],strides:rev?[-16,-4,-1,-1]:[16,4,1,1],offset:rev?15:0}})
  console.log('ROW', dtype, b.name, rev, Array.from(b.readSync!(out)).join())
  }}
})
