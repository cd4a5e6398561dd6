/** The program that each bundler is given: it asks for wasm with two threads, or for the backend that its address names. */
import { configure } from 'nabla'
import { trainOn } from './training.js'

const backend = new URLSearchParams(location.search).get('backend') ?? 'wasm'

trainOn(() => configure({ backend, seed: 11, threads: 2, allowSoftware: true }))
