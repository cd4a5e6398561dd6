/**
 * The worker of long-training.ts: that of Nabla, and a port where it tells how much memory it uses.
 */
import { type MessagePort, workerData } from 'node:worker_threads'
import { usedMegabytes } from './used-memory.js'
import '../nabla-worker.js'

const port: MessagePort = workerData
port.on('message', () => port.postMessage(usedMegabytes()))
