/**
 * Packs every public package as it would be published and lets publint and "are the types wrong" look at the
 * archive: what counts is what a user's package manager receives. Expects built packages.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, runPnpm, runQuietly } from './run.mjs'

/** Packs `folder` into `destination`; resolves with the archive's path, or a failed result. */
async function pack(folder, destination) {
  const before = new Set(readdirSync(destination))
  const packed = await runPnpm(['pack', '--pack-destination', destination], { cwd: join(root, folder) })
  const archive = readdirSync(destination).find((file) => !before.has(file))
  if (packed.status !== 0 || archive === undefined) return { failure: packed.output }
  return { archive: join(destination, archive) }
}

/** The complaints about one package; empty when there are none. */
async function inspect(folder, destination) {
  const { archive, failure } = await pack(folder, destination)
  if (archive === undefined) return `pnpm pack\n${failure}`
  const results = await Promise.all([
    runQuietly('publint', ['run', archive, '--strict', '--level', 'warning']),
    runQuietly('attw', [archive, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji']),
  ])
  return results
    .filter(({ status }) => status !== 0)
    .map(({ output }) => output)
    .join('\n')
}

const isPublic = (folder) => !JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).private
const destination = mkdtempSync(join(tmpdir(), 'nabla-pack-'))
try {
  for (const folder of readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)) {
    if (!isPublic(folder)) continue
    const complaints = await inspect(folder, destination)
    if (complaints === '') continue
    console.log(`${folder}\n${complaints}`)
    process.exitCode = 1
  }
} finally {
  rmSync(destination, { recursive: true, force: true })
}
