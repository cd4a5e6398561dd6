/**
 * Links from page to page, and to files of the repository: whether they lead to something that is there.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { codeBlocks } from './extract.js'

const LINK = /\]\(([^)\s]+)\)/g

/** The page without its code, where brackets mean other things. */
function prose(markdown: string): string {
  const lines = markdown.split(/\r?\n/)
  for (const { line, endLine } of codeBlocks(markdown)) lines.fill('', line - 1, endLine)
  return lines.join('\n').replaceAll(/`[^`\n]*`/g, '')
}

/** The targets of relative links that don't exist. */
export function brokenLinks(root: string, page: string, markdown: string): string[] {
  return [...prose(markdown).matchAll(LINK)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
    .filter((target) => !existsSync(join(root, dirname(page), target)))
    .map((target) => `${page}: ${target}`)
}
