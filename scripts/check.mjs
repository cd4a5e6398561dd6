/**
 * `pnpm check`: everything that must hold besides the tests. One line per step with its result and time; a
 * failed step's output follows its line. All steps run, so one call shows all there is to mend.
 */
import { runQuietly } from './run.mjs'

const node = process.execPath
const steps = [
  ['types', 'tsc', ['--noEmit', '--pretty', 'false']],
  ['lint and formatting', 'biome', ['check', '--error-on-warnings', '--max-diagnostics=50']],
  [
    'import direction and cycles',
    'depcruise',
    ['--config', '.dependency-cruiser.mjs', 'packages', 'apps', 'benchmarks'],
  ],
  ['package manifests', node, ['scripts/check-manifests.mjs']],
  ['unused code and dependencies', 'knip', ['--no-progress', '--no-config-hints']],
  ['build', node, ['scripts/build.mjs']],
  ['published packages', node, ['scripts/check-tarballs.mjs']],
  ['bundle size', node, ['scripts/bundle-size.mjs']],
  ['bundlers', 'vitest', ['run', '--config', 'browser/bundlers/vitest.config.ts']],
]

const width = Math.max(...steps.map(([name]) => name.length))
const failed = []
for (const [name, command, args] of steps) {
  const start = performance.now()
  const { status, output } = await runQuietly(command, args)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${status === 0 ? '✓' : '✗'} ${name.padEnd(width)}  ${seconds.padStart(6)} s`)
  // What a step could not do here, and why.
  for (const line of output.split('\n')) if (line.includes(': skipped, ')) console.log(`    ${line.trim()}`)
  if (status === 0) continue
  failed.push(name)
  console.log(output.trimEnd().replaceAll(/^/gm, '    '))
}
if (failed.length > 0) {
  console.log(`\n${failed.length} of ${steps.length} checks failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
