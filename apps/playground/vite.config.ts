/**
 * How the playground is built: static files with relative addresses, so that they can be hosted anywhere, from the sources
 * of the workspace's packages, so that nothing has to be built first.
 */
import { defineConfig } from 'vite'
import { offline } from './offline.js'

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  resolve: { conditions: ['@nabla/source', 'module', 'browser', 'development|production'] },
  plugins: [offline()],
  // Workers are modules that load parts of themselves later.
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // Pictures stay files, which a strict policy allows without exceptions.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
