/**
 * The worker of long-training.ts: that of Nabla, and a port where it tells how much memory it uses.
 */
import { type MessagePort, workerData } from 'node:worker_threads'
import { serve } from '../nabla-backend-worker.js'
import { usedMegabytes } from './used-memory.js'

serve()
const port: MessagePort = workerData
port.on('message', () => port.postMessage(usedMegabytes()))
