/**
 * The whole page: header with the panels' tabs, and the panel that is open. Panels are loaded when they are first opened.
 */
import { effect } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { failure, lost } from './engine/state.js'
import { language, text } from './i18n/index.js'
import { PANELS, type PanelName, panel } from './state/settings.js'
import { Header } from './ui/header.js'
import { Tabs } from './ui/tabs.js'
import { TaskBars } from './ui/tasks.js'

const LOADERS: Readonly<Record<PanelName, () => Promise<{ readonly default: ComponentType }>>> = {
  train: () => import('./panels/train/panel.js'),
  draw: () => import('./panels/draw/panel.js'),
  learn: () => import('./panels/learn/panel.js'),
  inspect: () => import('./panels/inspect/panel.js'),
  files: () => import('./panels/files/panel.js'),
}

const loaded = new Map<PanelName, ComponentType>()

function Panel({ name }: { readonly name: PanelName }) {
  const [, setState] = useState<PanelName | 'failed'>()
  const [isFailed, setFailed] = useState(false)
  useEffect(() => {
    if (loaded.has(name)) return
    LOADERS[name]().then(
      (module) => {
        loaded.set(name, module.default)
        setFailed(false)
        setState(name)
      },
      () => setFailed(true),
    )
  }, [name])
  const Content = loaded.get(name)
  if (Content !== undefined) return <Content />
  const { shell } = text.value
  return (
    <p class="loading" role="status">
      {isFailed ? shell.failed : shell.loading}
    </p>
  )
}

/** What went wrong, until it is dismissed. */
function Failure() {
  const { shell, train } = text.value
  const reason = lost.value ? shell.workerLost : failure.value
  if (reason === undefined) return null
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{shell.failure}.</strong> {reason === 'diverged' ? train.diverged : reason}
      </p>
      {!lost.value && (
        <button
          type="button"
          class="button quiet"
          onClick={() => {
            failure.value = undefined
          }}
        >
          {shell.dismiss}
        </button>
      )}
    </div>
  )
}

const TITLES = { en: 'en', zh: 'zh-CN' } as const

effect(() => {
  document.documentElement.lang = TITLES[language.value]
  document.title = `${text.value.panels[panel.value]} · ${text.value.title}`
})

export function App() {
  const name = panel.value
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('content')?.focus()}>
        {text.value.skip}
      </button>
      <Header>
        <Tabs
          label={text.value.panels.label}
          names={PANELS}
          labels={text.value.panels}
          chosen={name}
          choose={(next) => {
            panel.value = next
          }}
          controls="content"
          idPrefix="tab"
        />
      </Header>
      <TaskBars />
      <main>
        <Failure />
        <div id="content" role="tabpanel" aria-labelledby={`tab-${name}`} tabIndex={-1}>
          <Panel name={name} />
        </div>
      </main>
    </>
  )
}
