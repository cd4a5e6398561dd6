/**
 * Takes the place of worker-file.ts in bundles for the web, where start-worker.ts itself names the file.
 */
export const workerFile = (): URL | undefined => undefined
