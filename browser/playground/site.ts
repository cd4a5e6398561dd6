/**
 * The playground as a visitor gets it: built, and served by the very server of `pnpm playground`.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Playground extends AsyncDisposable {
  readonly address: string
  /** Serves one more file. */
  add(path: string, content: Uint8Array): void
  /** Bytes of a served file, compressed. */
  compressedSize(url: string): number
}

function serve(folder: string) {
  const server = spawn(process.execPath, [join(ROOT, 'scripts/playground/serve.mjs'), folder, '--port', '0'])
  const address = new Promise<string>((resolve, reject) => {
    createInterface(server.stdout).on('line', (line) => {
      const [found] = /http:\S+/.exec(line) ?? []
      if (found !== undefined) resolve(found)
    })
    server.on('exit', (code) => reject(new Error(`the server ended with ${code}`)))
    server.on('error', reject)
  })
  return { server, address }
}

export async function startPlayground(): Promise<Playground> {
  const folder = mkdtempSync(join(tmpdir(), 'nabla-playground-'))
  // Vite's build takes this from the environment, which the test runner has set for itself.
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    await build({
      configFile: join(ROOT, 'apps/playground/vite.config.ts'),
      logLevel: 'error',
      build: { outDir: folder, emptyOutDir: true },
    })
  } finally {
    process.env.NODE_ENV = NODE_ENV
  }
  const { server, address } = serve(folder)
  return {
    address: await address,
    add(path, content) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    },
    compressedSize(url) {
      const { pathname } = new URL(url)
      const path = join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname)
      return gzipSync(readFileSync(path), { level: 9 }).length
    },
    async [Symbol.asyncDispose]() {
      server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
