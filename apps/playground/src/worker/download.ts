/**
 * MNIST by download, apart, so that it is loaded only when somebody asks for it: from the usual mirrors, verified, or from an
 * address of the user's, where there may be any data set in MNIST's form.
 */
import { type Mnist, mnist } from 'nabla'
import type { NamedBytes } from '../protocol.js'

type Report = (fraction: number) => void

/** @param report told how far it has come, from 0 to 1 */
export function downloadMnist(report: Report): Promise<Mnist> {
  return mnist({
    source: 'mnist',
    onProgress: ({ loadedBytes, totalBytes }) => report(loadedBytes / totalBytes),
  })
}

const NAMES = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const

async function open(address: string): Promise<Response | number> {
  try {
    const response = await fetch(address)
    return response.ok ? response : response.status
  } catch (error) {
    throw new Error(
      `${address}: expected a file that this page may read; received ${error instanceof Error ? error.message : error}; the host must allow other origins (CORS) and https`,
    )
  }
}

async function bytesOf(response: Response, report: Report): Promise<Uint8Array<ArrayBuffer>> {
  const total = Number(response.headers.get('content-length'))
  let loaded = 0
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      loaded += chunk.length
      if (total > 0) report(Math.min(1, loaded / total))
      controller.enqueue(chunk)
    },
  })
  return new Uint8Array(await new Response(response.body?.pipeThrough(counting)).arrayBuffer())
}

/** A file compressed or else not; nothing where there is neither. */
async function fetchFile(base: string, name: string, report: Report): Promise<NamedBytes | undefined> {
  for (const candidate of [`${name}.gz`, name]) {
    const response = await open(base + candidate)
    if (typeof response !== 'number') return { name: candidate, bytes: await bytesOf(response, report) }
  }
  return undefined
}

/**
 * The files with MNIST's names at an address, as many as there are.
 *
 * @param report told how far it has come, from 0 to 1
 */
export async function fetchFiles(address: string, report: Report): Promise<readonly NamedBytes[]> {
  const base = address.endsWith('/') ? address : `${address}/`
  const files: NamedBytes[] = []
  for (const [position, name] of NAMES.entries()) {
    const file = await fetchFile(base, name, (share) => report((position + share) / NAMES.length))
    if (file !== undefined) files.push(file)
  }
  if (files.length === 0)
    throw new Error(`${base}: expected ${NAMES[0]}.gz and its companions; received none of them`)
  return files
}
