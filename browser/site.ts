/**
 * A site of one page on this machine: a script, headers, and a place where the page says what came out.
 */
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Site extends AsyncDisposable {
  readonly address: string
  /** What the page reported, as the JSON text that it sent. */
  readonly report: Promise<string>
}

/** The scripts of a page: texts by path, and the path of the one that it starts with. */
export interface Scripts {
  readonly entry: string
  readonly files: ReadonlyMap<string, string>
}

/** Scripts are files of their own, since policies that forbid inline scripts are among what is tested. */
const html = (entry: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Nabla</title>
<link rel="icon" href="data:,">
<script type="module" src="/${entry}"></script>
`

/** Serves a page with these scripts; `headers` come with every answer. */
export function serve(scripts: Scripts, headers: Readonly<Record<string, string>> = {}): Promise<Site> {
  const { promise: report, resolve: reported } = deferred<string>()
  const files = new Map([['/', { type: 'text/html; charset=utf-8', content: html(scripts.entry) }]])
  for (const [path, content] of scripts.files)
    files.set(`/${path}`, { type: 'text/javascript; charset=utf-8', content })
  const server = createServer((request: IncomingMessage, response) => {
    const [path = ''] = (request.url ?? '').split('?')
    const file = files.get(path)
    if (request.method === 'POST' && path === '/report') {
      text(request).then(reported)
      response.writeHead(204, headers).end()
    } else if (file === undefined) {
      response.writeHead(404, headers).end()
    } else {
      response.writeHead(200, { ...headers, 'content-type': file.type }).end(file.content)
    }
  })
  const { promise: site, resolve, reject } = deferred<Site>()
  server.on('error', reject)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address === null || typeof address === 'string') {
      reject(new Error('the server has no port'))
      return
    }
    resolve({
      address: `http://127.0.0.1:${address.port}/`,
      report,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections()
        await new Promise((closed) => server.close(closed))
      },
    })
  })
  return site
}

interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (reason: unknown) => void
}

/** `Promise.withResolvers`, which Node 20 doesn't have. */
function deferred<T>(): Deferred<T> {
  let resolve: Deferred<T>['resolve'] = () => {}
  let reject: Deferred<T>['reject'] = () => {}
  const promise = new Promise<T>((resolved, rejected) => {
    resolve = resolved
    reject = rejected
  })
  return { promise, resolve, reject }
}
