/**
 * Compiled shaders, by key and by what they are bound to. A shader that doesn't compile is an error at the next read, with
 * the line that is wrong; and from then on at once.
 */
import { BackendError, type NablaError } from '@nabla/backend'
import type { Dispatch } from '../plan/plan.js'
import { FIRST_WORD, moduleText } from '../wgsl/module.js'
import { type Caught, deviceError, type Failures } from './failures.js'
import { type Layout, Layouts } from './layouts.js'

export class Pipeline {
  readonly layout: Layout
  gpu: GPUComputePipeline
  /** Why it can't be used, once that is known. */
  failure: NablaError | undefined

  constructor(layout: Layout, gpu: GPUComputePipeline) {
    this.layout = layout
    this.gpu = gpu
  }
}

/** The uniform words that a dispatch has, with those of the module. */
export function wordsOf({ words }: Dispatch): number {
  return FIRST_WORD + words.length
}

/** What decides the text of a dispatch's shader. */
export function pipelineKey(dispatch: Dispatch): string {
  let key = `${dispatch.shader.key}|${wordsOf(dispatch)}`
  for (const { element, access } of dispatch.bindings)
    key += access === 'read' ? `,${element}` : `;${element}`
  return key
}

/** What the compiler says, each message with the line that it is about. */
async function complaints({ module, code }: Source): Promise<string> {
  const { messages } = await module.getCompilationInfo()
  const lines = code.split('\n')
  return messages
    .filter(({ type }) => type === 'error')
    .map(({ message, lineNum }) => `${message} (line ${lineNum}: ${lines[lineNum - 1]?.trim() ?? ''})`)
    .join('; ')
}

interface Source {
  readonly layout: Layout
  readonly code: string
  readonly module: GPUShaderModule
  readonly descriptor: GPUComputePipelineDescriptor
}

/** Why a pipeline could not be made. */
async function explain(
  { label, shader }: Dispatch,
  source: Source | undefined,
  caught: Pick<Caught, 'filter' | 'message'>,
): Promise<BackendError> {
  const found = source && (await complaints(source).catch(() => ''))
  if (!found) return deviceError(label, caught, 'a shader that the device takes')
  return new BackendError(label, {
    expected: 'a shader that compiles',
    received: `"${shader.key}", of which the compiler says: ${found}`,
    fix: 'report it with this message: it is a fault of the webgpu backend',
  })
}

export class Pipelines {
  readonly #device: GPUDevice
  readonly #failures: Failures
  readonly #layouts: Layouts
  readonly #pipelines = new Map<string, Pipeline>()
  /** Those that are compiled in the background. */
  readonly #coming = new Map<string, Promise<void>>()

  constructor(device: GPUDevice, failures: Failures) {
    this.#device = device
    this.#failures = failures
    this.#layouts = new Layouts(device)
  }

  /** How many there are. */
  get count(): number {
    return this.#pipelines.size
  }

  /**
   * The pipeline of a dispatch, compiled now if it isn't yet.
   *
   * @throws BackendError if it is known not to compile
   */
  of(dispatch: Dispatch): Pipeline {
    const key = pipelineKey(dispatch)
    const known = this.#pipelines.get(key)
    if (known?.failure !== undefined) throw known.failure
    if (known !== undefined) return known
    let source: Source | undefined
    const pipeline = this.#failures.guard(
      this.#failures.date,
      () => {
        source = this.#source(key, dispatch)
        return new Pipeline(source.layout, this.#device.createComputePipeline(source.descriptor))
      },
      async (caught, made) => {
        made.failure = await explain(dispatch, source, caught)
        return made.failure
      },
    )
    this.#pipelines.set(key, pipeline)
    return pipeline
  }

  /** To be called under error scopes. */
  #source(key: string, dispatch: Dispatch): Source {
    const { shader, bindings, label } = dispatch
    const words = wordsOf(dispatch)
    const layout = this.#layouts.of(bindings, words)
    const code = moduleText(shader, bindings, words)
    const module = this.#device.createShaderModule({ code, label: key })
    const compute = { module, entryPoint: 'main' }
    return { layout, code, module, descriptor: { label, layout: layout.pipeline, compute } }
  }

  /** Compiles what isn't yet, all at once and in the background. One that fails is compiled again, and explained, when it is used. */
  async warm(dispatches: readonly Dispatch[]): Promise<void> {
    const coming = dispatches.map((dispatch) => {
      const key = pipelineKey(dispatch)
      if (this.#pipelines.has(key)) return undefined
      const begun = this.#coming.get(key) ?? this.#compile(key, dispatch)
      this.#coming.set(key, begun)
      return begun
    })
    await Promise.all(coming)
  }

  async #compile(key: string, dispatch: Dispatch): Promise<void> {
    const { layout, compiled } = this.#failures.guard(
      this.#failures.date,
      () => {
        const source = this.#source(key, dispatch)
        return { ...source, compiled: this.#device.createComputePipelineAsync(source.descriptor) }
      },
      () => undefined,
    )
    try {
      const gpu = await compiled
      // It may have been needed before it came.
      if (!this.#pipelines.has(key)) this.#pipelines.set(key, new Pipeline(layout, gpu))
    } catch {
      // Who uses it is told.
    } finally {
      this.#coming.delete(key)
    }
  }
}
