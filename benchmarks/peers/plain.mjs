/**
 * The best that straightforward plain JavaScript does: loops over typed arrays, matmul tiled for the cache.
 */
import { measureAll } from './measure.mjs'

const random = (length) => Float32Array.from({ length }, () => Math.random() * 2 - 1)

function tiledMatmul(a, b, c, m, k, n) {
  const tile = 64
  c.fill(0)
  for (let k0 = 0; k0 < k; k0 += tile) {
    const kEnd = Math.min(k, k0 + tile)
    for (let i = 0; i < m; i++) {
      for (let p = k0; p < kEnd; p++) {
        const value = a[i * k + p]
        const row = p * n
        const out = i * n
        for (let j = 0; j < n; j++) c[out + j] += value * b[row + j]
      }
    }
  }
}

const matmul = (name, m, k, n) => ({
  name: `matmul/${name}`,
  prepare() {
    const [a, b, c] = [random(m * k), random(k * n), new Float32Array(m * n)]
    return { inner: m * k * n < 2e6 ? 20 : 1, once: () => tiledMatmul(a, b, c, m, k, n) }
  },
})

const SIZE = 2048 * 2048

await measureAll('plain JavaScript', [
  matmul('64', 64, 64, 64),
  matmul('256', 256, 256, 256),
  matmul('512', 512, 512, 512),
  matmul('1024', 1024, 1024, 1024),
  matmul('128x784x512', 128, 784, 512),
  matmul('128x512x10', 128, 512, 10),
  {
    name: 'map/relu-mul-add-4M',
    prepare() {
      const [a, b, c, out] = [random(SIZE), random(SIZE), random(SIZE), new Float32Array(SIZE)]
      return {
        once() {
          for (let i = 0; i < SIZE; i++) out[i] = Math.max(0, a[i] * b[i] + c[i])
        },
      }
    },
  },
  {
    name: 'softmax/4096x1000',
    prepare() {
      const [x, out] = [random(4096 * 1000), new Float32Array(4096 * 1000)]
      return {
        once() {
          for (let row = 0; row < 4096; row++) {
            const start = row * 1000
            let largest = Number.NEGATIVE_INFINITY
            for (let i = start; i < start + 1000; i++) if (x[i] > largest) largest = x[i]
            let sum = 0
            for (let i = start; i < start + 1000; i++) sum += out[i] = Math.exp(x[i] - largest)
            for (let i = start; i < start + 1000; i++) out[i] /= sum
          }
        },
      }
    },
  },
  {
    name: 'sum-axis0/4096x1024',
    prepare() {
      const [x, out] = [random(4096 * 1024), new Float64Array(1024)]
      return {
        once() {
          out.fill(0)
          for (let row = 0, i = 0; row < 4096; row++) for (let j = 0; j < 1024; j++) out[j] += x[i++]
        },
      }
    },
  },
  {
    name: 'sum-axis1/4096x1024',
    prepare() {
      const [x, out] = [random(4096 * 1024), new Float32Array(4096)]
      return {
        once() {
          for (let row = 0, i = 0; row < 4096; row++) {
            let sum = 0
            for (let j = 0; j < 1024; j++) sum += x[i++]
            out[row] = sum
          }
        },
      }
    },
  },
  {
    name: 'transpose/2048',
    prepare() {
      const [x, out] = [random(SIZE), new Float32Array(SIZE)]
      return {
        once() {
          for (let i0 = 0; i0 < 2048; i0 += 32)
            for (let j0 = 0; j0 < 2048; j0 += 32)
              for (let i = i0; i < i0 + 32; i++) for (let j = j0; j < j0 + 32; j++) out[j * 2048 + i] = x[i * 2048 + j]
        },
      }
    },
  },
  {
    name: 'broadcast-add/4096x1024',
    prepare() {
      const [x, y, out] = [random(4096 * 1024), random(1024), new Float32Array(4096 * 1024)]
      return {
        once() {
          for (let row = 0, i = 0; row < 4096; row++) for (let j = 0; j < 1024; j++, i++) out[i] = x[i] + y[j]
        },
      }
    },
  },
])
