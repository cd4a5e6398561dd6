/**
 * Which pictures the training uses: the built-in digits, or MNIST by files or by download.
 */
import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { ask } from '../../engine/client.js'
import { failure, pictures } from '../../engine/state.js'
import { text } from '../../i18n/index.js'
import type { DataRequest, NamedBytes } from '../../protocol.js'
import { DropZone } from '../../ui/controls.js'

export async function bytesOf(file: File): Promise<NamedBytes> {
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }
}

async function load(request: DataRequest): Promise<void> {
  failure.value = undefined
  try {
    await ask('data', request)
  } catch (error) {
    failure.value = error instanceof Error ? error.message : String(error)
  }
}

async function take(files: readonly File[]): Promise<void> {
  if (files.length > 0) await load({ from: 'files', files: await Promise.all(files.map(bytesOf)) })
}

export function DataSource() {
  const { train } = text.value
  const url = useSignal('')
  const id = useId()
  const facts = pictures.value
  const isMnist = facts?.kind === 'mnist'
  return (
    <div class="data" data-testid="data">
      <h3>{train.data}</h3>
      {facts !== undefined && (
        <p>
          <b>{isMnist ? train.dataMnist : train.dataDigits}</b>
          <br />
          <span class="hint">{train.dataFacts(facts.train, facts.test)}</span>
        </p>
      )}
      {isMnist && (
        <button type="button" class="button quiet" onClick={() => void load({ from: 'digits' })}>
          {train.useDigits}
        </button>
      )}
      <DropZone
        hint={train.drop}
        button={train.choose}
        multiple
        take={(files) => void take(files)}
        testId="drop-mnist"
      />
      <div class="field">
        <label for={id}>{train.url}</label>
        <div class="row">
          <input
            id={id}
            type="url"
            placeholder={train.urlHint}
            value={url.value}
            onInput={({ currentTarget }) => {
              url.value = currentTarget.value
            }}
          />
          <button type="button" class="button" onClick={() => void load({ from: 'url', url: url.value })}>
            {train.download}
          </button>
        </div>
      </div>
    </div>
  )
}
