/** Writing the table as files; Node's file system is loaded only when a folder was asked for. */
import { formatMarkdown } from './format.js'
import type { ConformanceTable } from './table.js'

/**
 * Writes `NAME.json` (the table as data) and `NAME.md` into a folder, which is made if it is missing.
 *
 * @returns the paths of the files
 */
export async function writeTable(table: ConformanceTable, folder: string): Promise<string[]> {
  const { mkdir, writeFile } = await import('node:fs/promises')
  const { join } = await import('node:path')
  await mkdir(folder, { recursive: true })
  const files = [
    [join(folder, `${table.backend}.json`), `${JSON.stringify(table, null, 2)}\n`],
    [join(folder, `${table.backend}.md`), formatMarkdown(table)],
  ] as const
  for (const [path, text] of files) await writeFile(path, text)
  return files.map(([path]) => path)
}
