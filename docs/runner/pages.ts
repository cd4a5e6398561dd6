/**
 * Which Markdown pages have examples: everything under docs/, the README of the repository, and those of the packages.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Paths relative to `root`, sorted. */
export function findPages(root: string): string[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => join('docs', name))
  const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name, 'README.md'))
  return ['README.md', ...docs, ...packages].filter((page) => existsSync(join(root, page))).sort()
}
