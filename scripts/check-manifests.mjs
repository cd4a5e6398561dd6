/**
 * Holds every package.json against the import table and the rules for published packages: dependencies are
 * those of scripts/import-table.mjs and no others, the source condition stays out of what is published,
 * nothing runs at install, and what a registry shows (licence, description, README) is there.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importTable } from './import-table.mjs'
import { root } from './run.mjs'

const manifest = (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
const workspaceName = (name) => name === 'nabla' || name.startsWith('@nabla/')

/** What is wrong with the dependencies of `folder`, as sentences. */
function dependencyProblems(folder, { dependencies = {} }) {
  const table = importTable[folder]
  if (table === undefined) return ['is not in scripts/import-table.mjs']
  const expected = table.map((name) => manifest(name).name)
  const found = Object.keys(dependencies)
  return [
    ...expected.filter((name) => !found.includes(name)).map((name) => `lacks the dependency ${name}`),
    ...found
      .filter((name) => !expected.includes(name) && (workspaceName(name) || folder.startsWith('packages/')))
      .map((name) => `may not depend on ${name}`),
    ...found
      .filter((name) => workspaceName(name) && dependencies[name] !== 'workspace:*')
      .map((name) => `must depend on ${name} as workspace:*`),
  ]
}

/** What keeps `folder` from being published well, as sentences. */
function publishingProblems(folder, content) {
  const { exports = {}, publishConfig = {}, scripts = {} } = content
  const needed = ['version', 'description', 'keywords', 'files', 'engines']
  return [
    ...needed.filter((field) => content[field] === undefined).map((field) => `has no ${field}`),
    ...['README.md', 'LICENSE']
      .filter((file) => !existsSync(join(root, folder, file)))
      .map((file) => `has no ${file}`),
    ...['preinstall', 'install', 'postinstall']
      .filter((name) => name in scripts)
      .map((name) => `has the script ${name}`),
    ...(content.license === 'MIT' ? [] : ['is not under the MIT licence']),
    ...(content.type === 'module' ? [] : ['is not of type module']),
    ...(JSON.stringify(content.sideEffects) === JSON.stringify(sideEffectsOf(content.name))
      ? []
      : [`does not say sideEffects: ${JSON.stringify(sideEffectsOf(content.name))}`]),
    ...(JSON.stringify(withoutSource(exports)) === JSON.stringify(publishConfig.exports)
      ? []
      : ['publishes other exports (publishConfig.exports) than it has, the source condition aside']),
  ]
}

/**
 * No package does anything when it is imported, except `nabla`, whose entry brings a default backend, and whose worker
 * serves.
 */
function sideEffectsOf(name) {
  if (name !== 'nabla') return false
  return ['index', 'nabla-backend-worker'].flatMap((entry) => [
    `./dist/${entry}.js`,
    `./dist/node/${entry}.js`,
    `./src/${entry}.ts`,
  ])
}

/** `exports` as a published package has it. */
function withoutSource(exports) {
  if (typeof exports === 'string') return exports
  const kept = Object.entries(exports).filter(([condition]) => condition !== '@nabla/source')
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutSource(value)]))
}

const members = (group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`)
const folders = [...members('packages'), ...members('apps'), 'benchmarks'].filter((folder) =>
  existsSync(join(root, folder, 'package.json')),
)
for (const folder of folders) {
  const content = manifest(folder)
  const problems = dependencyProblems(folder, content)
  if (!content.private) problems.push(...publishingProblems(folder, content))
  for (const problem of problems) console.log(`${folder}/package.json ${problem}`)
  if (problems.length > 0) process.exitCode = 1
}
