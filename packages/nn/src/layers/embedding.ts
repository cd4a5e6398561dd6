/**
 * Embedding: a learned vector for each of a number of things that are given by number.
 */
import { type Shape, type Tensor, take, type Variable } from '@nabla/core'
import type { InitializerLike } from '../initializers/index.js'
import { Layer, type LayerOptions } from '../layer.js'
import type { RegularizerLike } from '../regularizers.js'

export interface EmbeddingOptions extends LayerOptions {
  /** Default: uniform between -0.05 and 0.05. */
  readonly embeddingsInitializer?: InitializerLike
  readonly embeddingsRegularizer?: RegularizerLike
}

const INITIALIZER: InitializerLike = { kind: 'uniform', low: -0.05, high: 0.05 }

export class Embedding extends Layer {
  embeddings: Variable | undefined

  constructor(
    readonly vocabulary: number,
    readonly dimensions: number,
    private readonly options: EmbeddingOptions = {},
  ) {
    super('embedding', options)
    if ([vocabulary, dimensions].every((each) => Number.isInteger(each) && each >= 1)) return
    throw this.error({
      expected: 'the size of the vocabulary and the length of the vectors, whole numbers of at least 1',
      received: `embedding(${vocabulary}, ${dimensions})`,
      fix: 'count the vocabulary with everything that may occur: the largest number plus 1',
    })
  }

  outputShape(inputShape: Shape): Shape {
    return [...inputShape, this.dimensions]
  }

  /** Looking up computes nothing. */
  override operations(): number {
    return 0
  }

  protected override build(): void {
    const { embeddingsInitializer = INITIALIZER, embeddingsRegularizer } = this.options
    const shape = [this.vocabulary, this.dimensions]
    this.embeddings = this.addWeight('embeddings', shape, embeddingsInitializer, {
      regularizer: embeddingsRegularizer,
    })
  }

  protected forward(x: Tensor): Tensor {
    return take(this.weight(this.embeddings), x.cast('int32'), 0)
  }

  protected settings() {
    const { embeddingsInitializer, embeddingsRegularizer } = this.options
    const { vocabulary, dimensions } = this
    return { vocabulary, dimensions, embeddingsInitializer, embeddingsRegularizer }
  }
}

/**
 * Numbers [*, …] from 0 to vocabulary − 1 to vectors [*, …, dimensions]. A number outside is an IndexError.
 *
 * @example embedding(10_000, 64)
 */
export function embedding(vocabulary: number, dimensions: number, options?: EmbeddingOptions): Embedding {
  return new Embedding(vocabulary, dimensions, options)
}
