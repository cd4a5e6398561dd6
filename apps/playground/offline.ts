/**
 * A Vite plugin that makes the built page work without a network: it lists the built files in the service worker of
 * src/offline/service-worker.ts, and names them by a fingerprint of them all.
 */
import { createHash } from 'node:crypto'
import type { Plugin } from 'vite'

/** The name of the service worker's file, beside index.html. */
const FILE = 'service-worker.js'

export function offline(): Plugin {
  return {
    name: 'nabla:offline',
    apply: 'build',
    buildStart() {
      if (this.environment.config.consumer !== 'client') return
      this.emitFile({ type: 'chunk', id: '/src/offline/service-worker.ts', fileName: FILE })
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle[FILE]
        if (worker?.type !== 'chunk') return
        const names = Object.keys(bundle).filter((name) => name !== FILE && !name.endsWith('.map'))
        const fingerprint = createHash('sha256').update(names.sort().join()).digest('hex').slice(0, 12)
        const files = ['./', 'icon.svg', ...names.filter((name) => name !== 'index.html')]
        worker.code = worker.code
          .replace('__FILES__', JSON.stringify(files))
          .replace('__VERSION__', JSON.stringify(fingerprint))
      },
    },
  }
}
