/**
 * From plain data back to layers and models: the table of layer kinds. Settings come from files, so what isn't checked
 * here is checked by the layers' constructors.
 */
import { ValueError } from '@nabla/core'
import type { Layer } from '../layer.js'
import {
  activation,
  averagePooling2d,
  batchNormalization,
  conv2d,
  dense,
  dropout,
  embedding,
  flatten,
  globalAveragePooling2d,
  globalMaxPooling2d,
  layerNormalization,
  maxPooling2d,
  reshape,
} from '../layers/index.js'
import { Sequential } from './sequential.js'
import {
  activationSetting,
  numberSetting,
  numbersSetting,
  pairSetting,
  recordsSetting,
  type Settings,
} from './settings.js'

/** Makes a layer of its settings. */
export type LayerMaker = (settings: Settings, options: LayerFromOptions) => Layer

export interface LayerFromOptions {
  /** Makers of kinds of your own, by kind. */
  readonly layers?: Readonly<Record<string, LayerMaker>>
}

const MAKERS: Readonly<Record<string, LayerMaker>> = {
  activation: (settings) => activation(activationSetting(settings, 'activation'), settings),
  averagePooling2d: (settings) => averagePooling2d(pairSetting(settings, 'poolSize'), settings),
  batchNormalization: (settings) => batchNormalization(settings),
  conv2d: (settings) =>
    conv2d(numberSetting(settings, 'filters'), pairSetting(settings, 'kernelSize'), settings),
  dense: (settings) => dense(numberSetting(settings, 'units'), settings),
  dropout: (settings) => dropout(numberSetting(settings, 'rate'), settings),
  embedding: (settings) =>
    embedding(numberSetting(settings, 'vocabulary'), numberSetting(settings, 'dimensions'), settings),
  flatten: (settings) => flatten(settings),
  globalAveragePooling2d: (settings) => globalAveragePooling2d(settings),
  globalMaxPooling2d: (settings) => globalMaxPooling2d(settings),
  layerNormalization: (settings) => layerNormalization(settings),
  maxPooling2d: (settings) => maxPooling2d(pairSetting(settings, 'poolSize'), settings),
  reshape: (settings) => reshape(numbersSetting(settings, 'targetShape'), settings),
  sequential: (settings, options) => sequentialFrom(settings, options),
}

function sequentialFrom(settings: Settings, options: LayerFromOptions): Sequential {
  const layers = recordsSetting(settings, 'layers').map((each) => layerFrom(each, options))
  return new Sequential(layers, settings)
}

/**
 * The layer that a configuration describes, with fresh weights.
 *
 * @throws ValueError for a kind that is not known, naming those that are
 * @example layerFrom(dense(10).configuration())
 */
export function layerFrom(configuration: Settings, options: LayerFromOptions = {}): Layer {
  const { kind, ...settings } = configuration
  const makers = { ...MAKERS, ...options.layers }
  const maker = typeof kind === 'string' && Object.hasOwn(makers, kind) ? makers[kind] : undefined
  if (maker !== undefined) return maker(settings, options)
  throw new ValueError('layerFrom', {
    expected: `a layer of one of the kinds ${Object.keys(makers).join(', ')}`,
    received: `kind ${JSON.stringify(kind)}`,
    fix: 'correct the kind, or pass a maker for it: layerFrom(configuration, { layers: { kind: maker } })',
  })
}

/**
 * The model that `model.configuration()` described, with fresh weights; `loadWeights` brings the old ones back.
 *
 * @example
 * const copy = modelFrom(model.configuration())
 * loadWeights(copy, weightsOf(model))
 */
export function modelFrom(configuration: Settings, options: LayerFromOptions = {}): Sequential {
  const { kind, ...settings } = configuration
  if (kind === 'sequential') return sequentialFrom(settings, options)
  throw new ValueError('modelFrom', {
    expected: "the configuration of a model, of kind 'sequential'",
    received: `kind ${JSON.stringify(kind)}`,
    fix: 'use layerFrom for the configuration of a single layer',
  })
}
