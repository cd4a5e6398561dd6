/**
 * Serves a folder of static files on this machine, with the headers that isolate a page from other origins (so that
 * threads may share memory) and a strict content security policy: `node serve.mjs FOLDER [--port N]`.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize, resolve, sep } from 'node:path'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: 'string', default: '5175' }, host: { type: 'string', default: '127.0.0.1' } },
})
const folder = resolve(positionals[0] ?? '.')

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.map': 'application/json',
}

const HEADERS = {
  'content-security-policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self' https:; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** The file that an address names; nothing for what lies outside of the folder. */
function fileOf(url) {
  const { pathname } = new URL(url, 'http://localhost')
  const path = join(folder, normalize(decodeURIComponent(pathname)))
  if (path !== folder && !path.startsWith(folder + sep)) return undefined
  return pathname.endsWith('/') ? join(path, 'index.html') : path
}

async function answer(request, response) {
  const path = fileOf(request.url ?? '/')
  const found = path === undefined ? undefined : await stat(path).catch(() => undefined)
  if (!found?.isFile()) {
    response.writeHead(404, HEADERS).end()
    return
  }
  // Built files are named by their content; the page itself and its service worker are not.
  const lasting = /[/\\]assets[/\\]/.test(path)
  response.writeHead(200, {
    ...HEADERS,
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'content-length': found.size,
    'cache-control': lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
  })
  if (request.method === 'HEAD') response.end()
  else createReadStream(path).pipe(response)
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.writeHead(400, HEADERS).end())
})

server.on('error', (error) => {
  const taken = error.code === 'EADDRINUSE'
  console.error(
    taken
      ? `Port ${values.port} is taken. Choose another: pnpm playground --port ${Number(values.port) + 1}`
      : error.message,
  )
  process.exitCode = 1
})
server.listen(Number(values.port), values.host, () => {
  console.log(`Nabla ∇ playground: http://${values.host}:${server.address().port}/`)
  console.log('Ctrl-C ends it.')
})
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    server.close()
    server.closeAllConnections()
  })
}
