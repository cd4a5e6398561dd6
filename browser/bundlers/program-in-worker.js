/**
 * A program that computes in a worker, whose file it imports dynamically, so that a bundler that splits code makes a file of
 * its own of it, which then says where it is.
 */
import { createWorkerBackend, setDefaultBackend, setSeed } from 'nabla'
import { trainOn } from './training.js'

trainOn(async () => {
  const { url } = await import('nabla/nabla-backend-worker')
  setDefaultBackend(await createWorkerBackend({ backend: 'wasm', workerUrl: url }))
  setSeed(11)
})
