/**
 * Running a page: its module is imported while `console.log` is listened to, and what each example printed is held
 * against what the page promises.
 */
import { format } from 'node:util'
import { type Example, examplesOf, type PromisedOutput } from './extract.js'
import { MARK } from './page.js'

/** What one example printed. */
interface Printed {
  readonly example: Example
  readonly text: string
}

/** Stops the page's own `console.log`s from reaching the terminal and hands them to `listen` until it is called off. */
function interceptLog(listen: (...values: unknown[]) => void): () => void {
  const original = console.log
  console.log = listen
  return () => {
    console.log = original
  }
}

/**
 * Runs all examples of a page in order.
 *
 * @param importPage imports the page's module
 * @throws Error naming the line of the example that failed
 */
export async function runPage(markdown: string, importPage: () => Promise<unknown>): Promise<Printed[]> {
  const examples = examplesOf(markdown)
  const texts = examples.map(() => '')
  let current = 0
  const restore = interceptLog((...values) => {
    if (values[0] === MARK) current = Number(values[1])
    else texts[current] += `${format(...values)}\n`
  })
  try {
    await importPage()
  } catch (error) {
    const line = examples[current]?.line
    throw new Error(
      `the example at line ${line} failed: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    )
  } finally {
    restore()
  }
  return examples.map((example, position) => ({ example, text: texts[position] ?? '' }))
}

const NUMBER = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g

const words = (text: string): string => text.trim().split(/\s+/).join(' ')

/** Whether an example printed what the page promises. Only the words count: a page may break long lines. */
export function keepsPromise(text: string, { text: promised, tolerance }: PromisedOutput): boolean {
  if (tolerance === 0) return words(text) === words(promised)
  const frame = (whole: string): string => words(whole).replaceAll(NUMBER, '#')
  if (frame(text) !== frame(promised)) return false
  const numbers = (whole: string): number[] => (whole.match(NUMBER) ?? []).map(Number)
  const expected = numbers(promised)
  return numbers(text).every(
    (value, position) => Math.abs(value - (expected[position] ?? Number.NaN)) <= tolerance,
  )
}
