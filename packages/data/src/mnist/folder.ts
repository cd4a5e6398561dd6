/**
 * MNIST files in a folder: under any of their usual names, compressed or not. They are not verified, so that data of
 * the same format (Fashion-MNIST, one's own digits) can be read as well.
 */
import type { NodeLibrary } from '../bytes/node.js'
import { readBytes } from '../bytes/source.js'
import { DataError } from '../errors.js'
import { decodeIdx } from '../formats/idx.js'
import { assemble, type DigitSets } from './assemble.js'
import { forEachFile, type MnistFile, mnistFiles, nameVariants } from './files.js'

/**
 * Reads the four files of `folder`.
 *
 * @throws DataError naming the files that are missing, or what is wrong with one
 */
export async function readFolder(node: NodeLibrary, folder: string): Promise<DigitSets> {
  const names = await node.fileSystem.readdir(folder).catch(() => undefined)
  const missing: string[] = []
  const paths = await forEachFile(mnistFiles, ({ name }: MnistFile) => {
    const found = nameVariants(name).find((variant) => names?.includes(variant))
    if (found === undefined) missing.push(name.replace(/\.gz$/, ''))
    return node.path.join(folder, found ?? name)
  })
  if (missing.length > 0) {
    throw new DataError('mnist', {
      expected: `the four MNIST files in ${folder}, with .gz or without`,
      received: names === undefined ? 'no such folder' : `a folder without ${missing.join(', ')}`,
      fix: "name the folder that has them, or pass source: 'auto'",
    })
  }
  return assemble(
    await forEachFile(paths, async (path) => {
      const where = `mnist ${path}`
      return decodeIdx(await readBytes(where, path), where)
    }),
  )
}
