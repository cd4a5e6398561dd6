/** By which name a worker knows that it is to serve: its own on the web, its data in Node. */
export const WORKER_NAME = 'nabla-backend-worker'
