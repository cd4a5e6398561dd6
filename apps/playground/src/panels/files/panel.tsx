/**
 * The panel for files: the network saved, loaded, and the settings shared.
 */
import { useSignal } from '@preact/signals'
import { ask, command } from '../../engine/client.js'
import { failure, trained } from '../../engine/state.js'
import { text } from '../../i18n/index.js'
import { MODEL_NAMES } from '../../protocol.js'
import * as settings from '../../state/settings.js'
import { Card, Lead } from '../../ui/card.js'
import { DropZone } from '../../ui/controls.js'
import { CopyLink } from '../../ui/header.js'

/** Hands a file to the browser's downloads. */
function download(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

async function attempt(work: () => Promise<void>): Promise<void> {
  failure.value = undefined
  try {
    await work()
  } catch (error) {
    failure.value = error instanceof Error ? error.message : String(error)
  }
}

function Save() {
  const { files } = text.value
  const facts = trained.value
  return (
    <Card title={files.save}>
      {facts === undefined ? (
        <p class="empty">{files.nothing}</p>
      ) : (
        <>
          <p class="hint">{files.saveHint(facts.steps, facts.parameters)}</p>
          <div class="buttons">
            <button
              type="button"
              class="button primary"
              data-testid="save"
              onClick={() =>
                void attempt(async () => download(await ask('save', {}), `nabla-${facts.model}.safetensors`))
              }
            >
              {files.save}
            </button>
          </div>
        </>
      )}
    </Card>
  )
}

function Load() {
  const { files } = text.value
  const loaded = useSignal('')
  const take = async ([file]: readonly File[]): Promise<void> => {
    if (file === undefined) return
    const facts = await ask('load', new Uint8Array(await file.arrayBuffer()))
    command({ kind: 'backend', id: settings.backend.value })
    loaded.value = files.loaded(facts.model, facts.parameters, facts.steps)
    settings.model.value = MODEL_NAMES.find((name) => name === facts.model) ?? settings.model.value
  }
  return (
    <Card title={files.load}>
      <DropZone
        hint={files.drop}
        button={files.choose}
        accept=".safetensors"
        take={(chosen) => void attempt(() => take(chosen))}
        testId="drop-model"
      />
      <p role="status" data-testid="loaded">
        {loaded.value}
      </p>
    </Card>
  )
}

export default function FilesPanel() {
  const { files } = text.value
  // The address follows these.
  void [settings.panel.value, settings.learningRate.value, settings.seed.value]
  return (
    <div class="files">
      <Lead title={files.heading}>{files.lead}</Lead>
      <div class="pair">
        <Save />
        <Load />
      </div>
      <Card title={files.share} hint={files.shareHint}>
        <label class="field">
          <span class="hidden">{files.link}</span>
          <input type="text" readOnly value={location.href} data-testid="link" />
        </label>
        <div class="buttons">
          <CopyLink label={files.copy} done={files.copied} />
        </div>
      </Card>
    </div>
  )
}
