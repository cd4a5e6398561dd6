/**
 * A Markdown page as one TypeScript module: its examples in order, sharing one scope, each on the very lines that it
 * has on the page, so that the line numbers of compilers and stacks are those of the page.
 */
import { examplesOf } from './extract.js'

/** First argument of the `console.log` that announces the example whose position is the second. */
export const MARK = 'example'.padStart(16, '\u00a7')

/** The module's source. */
export function pageSource(markdown: string): string {
  const lines = new Array<string>(markdown.split(/\r?\n/).length).fill('')
  examplesOf(markdown).forEach(({ code, line }, position) => {
    lines[line - 1] = `console.log(${JSON.stringify(MARK)}, ${position});`
    code.split('\n').forEach((text, offset) => {
      lines[line + offset] = text
    })
  })
  return `${lines.join('\n')}\nexport {}\n`
}
