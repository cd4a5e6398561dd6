/**
 * What a Markdown page holds for the tests: its fenced code blocks, each with the line it begins at, and for every
 * TypeScript block the output that the page promises. The lowest file of the runner.
 */

/** One fenced block. */
export interface CodeBlock {
  /** The word after the fence, e.g. `ts`. */
  readonly language: string
  /** The rest of the fence line, e.g. `±0.01`. */
  readonly attributes: string
  readonly code: string
  /** Line of the opening fence, counted from 1. */
  readonly line: number
  /** Line of the closing fence. */
  readonly endLine: number
}

/** What the page says that a block prints. */
export interface PromisedOutput {
  readonly text: string
  /** How far numbers may be off; 0 where the page doesn't say. */
  readonly tolerance: number
}

/** A TypeScript block, and its output if the page shows it. */
export interface Example extends CodeBlock {
  readonly output: PromisedOutput | undefined
}

/** Languages of blocks that nothing executes. A block in any other language is a mistake. */
const QUIET_LANGUAGES = new Set(['sh', 'json', 'text'])

const FENCE = /^```(\w*)\s*(.*)$/

/** All fenced blocks of a page, in order. @throws Error for a fence that is never closed. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const lines = markdown.split(/\r?\n/)
  const blocks: CodeBlock[] = []
  for (let start = 0; start < lines.length; start++) {
    const [, language, attributes] = FENCE.exec(lines[start] ?? '') ?? []
    if (language === undefined || attributes === undefined) continue
    const end = lines.findIndex((line, at) => at > start && line.trimEnd() === '```')
    if (end === -1) throw new Error(`line ${start + 1}: the block is never closed`)
    const code = lines.slice(start + 1, end).join('\n')
    blocks.push({ language, attributes: attributes.trim(), code, line: start + 1, endLine: end + 1 })
    start = end
  }
  return blocks
}

function toleranceOf({ attributes, line }: CodeBlock): number {
  if (attributes === '') return 0
  const tolerance = Number(/^±(\S+)$/.exec(attributes)?.[1])
  if (tolerance > 0) return tolerance
  throw new Error(
    `line ${line}: expected nothing or a tolerance such as ±0.01 after "text", not "${attributes}"`,
  )
}

/**
 * The TypeScript blocks of a page. A `text` block right after one (nothing but empty lines between them) is what it
 * prints; `±0.01` after `text` says how far its numbers may be off.
 *
 * @throws Error for a block in an unknown language, so that no example escapes by a misspelt fence
 */
export function examplesOf(markdown: string): Example[] {
  const lines = markdown.split(/\r?\n/)
  const blocks = codeBlocks(markdown)
  const unknown = blocks.find(({ language }) => language !== 'ts' && !QUIET_LANGUAGES.has(language))
  if (unknown !== undefined) {
    throw new Error(
      `line ${unknown.line}: a block of "${unknown.language}"; use ts, or one of ${[...QUIET_LANGUAGES].join(', ')}`,
    )
  }
  return blocks.flatMap((block, position) => {
    if (block.language !== 'ts') return []
    const next = blocks[position + 1]
    const follows =
      next?.language === 'text' &&
      lines.slice(block.endLine, next.line - 1).every((line) => line.trim() === '')
    const output = follows ? { text: next.code, tolerance: toleranceOf(next) } : undefined
    return [{ ...block, output }]
  })
}
