/**
 * The same, but it imports the worker's file dynamically, so that a bundler that splits code makes a file of its own of it,
 * which then says where it is.
 */
import { createWasmBackend, setDefaultBackend, setSeed } from 'nabla'
import { trainOn } from './training.js'

trainOn(async () => {
  const { url } = await import('@nabla/backend-wasm/nabla-worker')
  setDefaultBackend(createWasmBackend({ threads: 2, workerUrl: url }))
  setSeed(11)
})
