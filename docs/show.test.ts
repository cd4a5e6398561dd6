import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, test, vi } from 'vitest'
import { codeBlocks } from './runner/extract.js'
import { findPages } from './runner/pages.js'
import { keepsPromise, runPage } from './runner/run.js'
const root = fileURLToPath(new URL('..', import.meta.url))
beforeEach(() => { vi.resetModules() })
const only = process.env.PAGES ?? ''
test.each(findPages(root).filter((p) => p.includes(only)))('%s', { timeout: 120000 }, async (page) => {
  const t = performance.now()
  const cpu = process.cpuUsage()
  const markdown = readFileSync(join(root, page), 'utf8')
  const out = await runPage(markdown, () => import(join(root, page)))
  const used = process.cpuUsage(cpu)
  let text = `===== ${page} ${Math.round(performance.now() - t)} ms, cpu ${Math.round((used.user + used.system) / 1e3)} ms\n`
  const lines = markdown.split('\n')
  const blocks = codeBlocks(markdown)
  for (const { example, text: got } of out.reverse()) {
    const want = example.output
    if (want === undefined ? got === '' : keepsPromise(got, want)) continue
    text += `--- line ${example.line}${want ? ' DIFFERS' : ''}\n${got}`
    const at = blocks.findIndex((b) => b.line === example.line)
    const next = blocks[at + 1]
    const body = got.trimEnd().split('\n').map((l) => l.trimEnd())
    if (want && next) lines.splice(next.line, next.endLine - 1 - next.line, ...body)
    else lines.splice(example.endLine, 0, '', '```text' + (process.env.TOL ? ` ±${process.env.TOL}` : ''), ...body, '```')
  }
  if (process.env.FILL) writeFileSync(join(root, page), lines.join('\n'))
  process.stdout.write(text)
})
