/**
 * Verification of MNIST files by SHA-256, with the platform's Web Crypto.
 */
import type { Bytes } from '../bytes/gzip.js'
import { DataError } from '../errors.js'
import type { MnistFile } from './files.js'

/** Whether checksums can be computed here: browsers offer that on https pages and localhost only. */
export function canVerify(): boolean {
  return globalThis.crypto?.subtle !== undefined
}

/** SHA-256 in hexadecimal. */
export async function sha256(bytes: Bytes): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest('SHA-256', bytes)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Throws unless `bytes` are the official file, compressed or not. */
export async function verifyFile(file: MnistFile, bytes: Bytes): Promise<void> {
  const found = await sha256(bytes)
  if (found === file.compressed || found === file.contents) return
  throw new DataError(`mnist ${file.name}`, {
    expected: `the official file, of SHA-256 ${file.compressed}`,
    received: `another file, of SHA-256 ${found}`,
    fix: 'get the file from another place',
  })
}
