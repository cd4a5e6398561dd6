/**
 * For the tests: a folder of their own, small data in it, and the program run in this process with its output caught.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeIdx, generateDigits } from 'nabla'
import { vi } from 'vitest'
import type { Surroundings } from '../commands/train.js'
import { run } from '../program.js'

export interface Outcome {
  readonly code: number
  /** What was printed, without colours. */
  readonly output: string
  readonly errors: string
}

export interface Workspace {
  path(...parts: string[]): string
  /** A folder with MNIST's four files, made of built-in digits. */
  writeData(name: string, count: { readonly train: number; readonly test: number }): Promise<string>
  run(args: readonly string[], surroundings?: Surroundings): Promise<Outcome>
  remove(): Promise<void>
}

async function writeSet(folder: string, set: string, count: number, seed: number): Promise<void> {
  const { images, labels } = generateDigits({ count, seed })
  await writeFile(
    join(folder, `${set}-images-idx3-ubyte`),
    encodeIdx({ data: images, shape: [count, 28, 28] }),
  )
  await writeFile(join(folder, `${set}-labels-idx1-ubyte`), encodeIdx({ data: labels, shape: [count] }))
}

/** What vitest prints with belongs to vitest: only the program's own lines are caught. */
function caught(spy: { readonly mock: { readonly calls: readonly unknown[][] } }, root: string): string {
  const lines = spy.mock.calls.map((parts) => parts.map(String).join(' '))
  return (
    lines
      .join('\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one.
      .replaceAll(/\x1b\[\d+m/g, '')
      .replaceAll(root, '<folder>')
  )
}

export async function makeWorkspace(): Promise<Workspace> {
  const root = await mkdtemp(join(tmpdir(), 'nabla-mnist-'))
  const path = (...parts: string[]): string => join(root, ...parts)
  return {
    path,
    async writeData(name, { train, test }) {
      const folder = path(name)
      await mkdir(folder)
      await writeSet(folder, 'train', train, 1)
      await writeSet(folder, 't10k', test, 2)
      return folder
    },
    async run(args, surroundings) {
      const log = vi.spyOn(console, 'log').mockImplementation(() => {})
      const error = vi.spyOn(console, 'error').mockImplementation(() => {})
      // commander writes past the console.
      const written = vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
      const complained = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
      try {
        const code = await run(args, surroundings)
        return {
          code,
          output: [caught(log, root), caught(written, root)].filter((text) => text !== '').join('\n'),
          errors: [caught(error, root), caught(complained, root)].filter((text) => text !== '').join('\n'),
        }
      } finally {
        for (const spy of [log, error, written, complained]) spy.mockRestore()
      }
    },
    remove: () => rm(root, { recursive: true, force: true }),
  }
}
