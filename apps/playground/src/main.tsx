/**
 * The page's beginning: settings from the address, the worker, and the first rendering.
 */
import { render } from 'preact'
import { App } from './app.js'
import { startWorker } from './engine/client.js'
import { followAddress } from './state/settings.js'
import { followTheme } from './state/theme.js'

followTheme()
followAddress()
startWorker()

const root = document.getElementById('app')
if (root !== null) render(<App />, root)

// Without a network, and on hosts that send no headers for isolation, the service worker helps.
if (import.meta.env.PROD && 'serviceWorker' in navigator)
  void navigator.serviceWorker.register('./service-worker.js').catch(() => {})
