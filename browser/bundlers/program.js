/** The program that each bundler is given: it asks for wasm with two threads. */
import { configure } from 'nabla'
import { trainOn } from './training.js'

trainOn(() => configure({ backend: 'wasm', seed: 11, threads: 2 }))
