/**
 * The service worker: keeps the built files, so that the page works without a network, and answers with the headers that
 * isolate a page from other origins, so that threads work (from the second visit on) also where the host sends none.
 * `__FILES__` and `__VERSION__` are put in by the build (offline.ts).
 */

declare const __FILES__: readonly string[]
declare const __VERSION__: string

/** The parts of a service worker's events that are used; the page's types know nothing of them. */
interface LifeEvent extends Event {
  waitUntil(promise: Promise<unknown>): void
}
interface RequestEvent extends Event {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

const PREFIX = 'nabla-playground-'
const CACHE = `${PREFIX}${__VERSION__}`

const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
}

function isolated(response: Response): Response {
  if (response.type === 'opaque' || response.type === 'error' || response.redirected) return response
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value)
  const { status, statusText } = response
  return new Response(response.body, { status, statusText, headers })
}

async function install(): Promise<void> {
  const cache = await caches.open(CACHE)
  await cache.addAll(__FILES__)
}

async function activate(): Promise<void> {
  for (const name of await caches.keys())
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name)
}

/** Named by their content, files never change; the page itself is asked for anew where there is a network. */
async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  if (request.mode === 'navigate') {
    try {
      return isolated(await fetch(request))
    } catch {
      const kept = await cache.match('./')
      return kept === undefined ? Response.error() : isolated(kept)
    }
  }
  const kept = await cache.match(request, { ignoreSearch: true })
  return isolated(kept ?? (await fetch(request)))
}

addEventListener('install', (event) => {
  if ('waitUntil' in event) (event as LifeEvent).waitUntil(install())
})
addEventListener('activate', (event) => {
  if ('waitUntil' in event) (event as LifeEvent).waitUntil(activate())
})
addEventListener('fetch', (event) => {
  const { request, respondWith } = event as RequestEvent
  if (respondWith === undefined || request.method !== 'GET') return
  if (new URL(request.url).origin !== location.origin) return
  ;(event as RequestEvent).respondWith(answer(request))
})
