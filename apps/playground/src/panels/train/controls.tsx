/**
 * The settings of a training and the buttons that start and stop it.
 */
import { command } from '../../engine/client.js'
import { backends, isBusy, status, trained } from '../../engine/state.js'
import { text, whole } from '../../i18n/index.js'
import { type BackendOption, MODEL_NAMES, OPTIMIZER_NAMES } from '../../protocol.js'
import * as settings from '../../state/settings.js'
import { NumberField, Segments, Select, Slider } from '../../ui/controls.js'
import { DataSource } from './data-source.js'

/** Steps of each run of a comparison. */
const COMPARED_STEPS = 60
const MOST_SAMPLES = Math.max(...settings.SAMPLES)

function Buttons() {
  const { train } = text.value
  const state = status.value
  const start = (): void => command({ kind: 'train', settings: settings.runSettings() })
  return (
    <div class="buttons">
      {state === 'idle' && (
        <>
          <button type="button" class="button primary" data-testid="train" onClick={start}>
            {trained.value === undefined ? train.start : train.again}
          </button>
          {trained.value !== undefined && (
            <button
              type="button"
              class="button"
              data-testid="more"
              onClick={() => command({ kind: 'continue', epochs: settings.epochs.value })}
            >
              {train.more}
            </button>
          )}
        </>
      )}
      {state === 'training' && (
        <button
          type="button"
          class="button primary"
          data-testid="pause"
          onClick={() => command({ kind: 'pause' })}
        >
          {train.pause}
        </button>
      )}
      {state === 'paused' && (
        <button
          type="button"
          class="button primary"
          data-testid="resume"
          onClick={() => command({ kind: 'resume' })}
        >
          {train.resume}
        </button>
      )}
      {state === 'preparing' && (
        <button type="button" class="button primary" disabled>
          {train.statuses.preparing} …
        </button>
      )}
      {(state === 'training' || state === 'paused' || state === 'comparing') && (
        <button type="button" class="button" data-testid="stop" onClick={() => command({ kind: 'stop' })}>
          {train.stop}
        </button>
      )}
    </div>
  )
}

function BackendChoice({ option }: { readonly option: BackendOption }) {
  const { train } = text.value
  const { id, name, available, reason, isSoftware = false } = option
  const why = name === 'auto' ? train.autoReason : isSoftware ? train.softwareReason : available ? '' : reason
  return (
    <label class={available ? 'option' : 'option off'}>
      <input
        type="radio"
        name="backend"
        value={id}
        checked={settings.backend.value === id}
        disabled={!available}
        onChange={() => {
          settings.backend.value = id
          command({ kind: 'backend', id })
        }}
      />
      <span>
        <b>{train.backendNames[id] ?? name}</b>
        {!available && <em> {train.unavailable}</em>}
        {why !== '' && <small>{why}</small>}
      </span>
    </label>
  )
}

function Backends() {
  const { train } = text.value
  return (
    <fieldset class="options" data-testid="backends">
      <legend>{train.backend}</legend>
      {backends.value.map((option) => (
        <BackendChoice key={option.id} option={option} />
      ))}
      {isBusy.value && <p class="hint">{train.moveHint}</p>}
    </fieldset>
  )
}

function MoreSettings() {
  const { train } = text.value
  return (
    <details>
      <summary>{train.more_settings}</summary>
      <div class="grid">
        <Select
          label={train.optimizer}
          names={OPTIMIZER_NAMES}
          labelOf={(name) => train.optimizers[name]}
          chosen={settings.optimizer.value}
          choose={(name) => {
            settings.optimizer.value = name
          }}
        />
        <Select
          label={train.course}
          names={settings.COURSES}
          labelOf={(name) => train.courses[name]}
          chosen={settings.falling.value ? 'falling' : 'constant'}
          choose={(name) => {
            settings.falling.value = name === 'falling'
          }}
        />
        <Select
          label={train.batch}
          names={settings.BATCH_SIZES.map(String)}
          labelOf={(name) => name}
          chosen={String(settings.batchSize.value)}
          choose={(name) => {
            settings.batchSize.value = Number(name)
          }}
        />
        <Select
          label={train.pictures}
          names={settings.SAMPLES.map(String)}
          labelOf={(name) => (Number(name) === MOST_SAMPLES ? train.allPictures : whole(Number(name)))}
          chosen={String(settings.samples.value)}
          choose={(name) => {
            settings.samples.value = Number(name)
          }}
        />
        <NumberField
          label={train.epochs}
          value={settings.epochs.value}
          least={1}
          most={50}
          change={(value) => {
            settings.epochs.value = value
          }}
        />
        <NumberField
          label={train.seed}
          value={settings.seed.value}
          least={0}
          most={2 ** 31}
          change={(value) => {
            settings.seed.value = value
          }}
        />
      </div>
      <DataSource />
    </details>
  )
}

export function Controls() {
  const { train } = text.value
  return (
    <form class="card controls" aria-label={train.start} onSubmit={(event) => event.preventDefault()}>
      <Segments
        label={train.model}
        names={MODEL_NAMES}
        labelOf={(name) => train.models[name]}
        chosen={settings.model.value}
        choose={(name) => {
          settings.model.value = name
        }}
      />
      <p class="hint">{train.modelHints[settings.model.value]}</p>
      <Buttons />
      <Slider
        label={train.rate}
        value={settings.learningRate.value}
        least={settings.LEAST_RATE}
        most={settings.MOST_RATE}
        isLogarithmic
        format={String}
        change={(value) => {
          settings.learningRate.value = value
          command({ kind: 'learningRate', value })
        }}
      />
      <Backends />
      <div>
        <button
          type="button"
          class="button"
          disabled={isBusy.value}
          data-testid="compare"
          onClick={() =>
            command({ kind: 'compare', settings: settings.runSettings(), steps: COMPARED_STEPS })
          }
        >
          {train.compare}
        </button>
        <p class="hint">{train.compareHint(COMPARED_STEPS)}</p>
      </div>
      <MoreSettings />
    </form>
  )
}
