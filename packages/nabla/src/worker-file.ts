/**
 * Where the file of the worker is, for Node. A module of its own, since bundlers take the form for that of an asset, and would
 * make the file twice for the web: its manifest puts worker-file-on-the-web.ts in its place there. In any other form one of
 * them writes down where it ran.
 */
export const workerFile = (): URL | undefined => new URL('./nabla-backend-worker.js', import.meta.url)
