import { createCpuBackend } from '@nabla/backend-cpu'
import { it } from 'vitest'
import { createReferenceBackend } from './reference/backend.js'
import { failuresOf, runConformance } from './run.js'
it.each([createCpuBackend(), createReferenceBackend()])('try $name', async (b) => {
  const cpu = process.cpuUsage(); const t = performance.now()
  const times: [number, string][] = []
  let last = t
  const r = await runConformance(b, { only: (c) => process.env.LEVEL === undefined || c.level === process.env.LEVEL, onResult: (x) => { const n = performance.now(); times.push([n - last, x.case.subject + ' ' + x.case.dtype]); last = n } })
  const f = failuresOf(r)
  console.log(b.name, r.length, 'cases', f.length, 'failed', performance.now() - t, 'ms', process.cpuUsage(cpu).user / 1000, 'cpu', times.sort((a, b) => b[0] - a[0]).slice(0, 8).map(String).join(' | '))
  for (const line of f.slice(0, Number(process.env.SHOW ?? 25))) console.log(line)
}, 300000)
