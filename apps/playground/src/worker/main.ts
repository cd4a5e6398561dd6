/**
 * The worker: all of Nabla runs here. It takes commands and questions from the page, and tells it what happens.
 */
import { centerDigit } from 'nabla'
import type { Question, QuestionKind, Questions, Reading, ToWorker } from '../protocol.js'
import { backendOptions } from './backends.js'
import { insightOf } from './insight.js'
import { inspectLearner } from './inspection.js'
import { readIdxFile } from './pictures.js'
import { post } from './post.js'
import { largest, probabilitiesOf } from './reading.js'
import { Session } from './session.js'

const session = new Session()
const PIXELS = 28 * 28
/** Pictures of an IDX file that are read. */
const MOST = 60

function requireModel() {
  if (session.model === undefined) throw new Error('untrained')
  return session.model
}

async function readAll(pictures: readonly Uint8Array<ArrayBuffer>[]): Promise<Reading[]> {
  const pixels = new Float32Array(pictures.length * PIXELS)
  pictures.forEach((picture, position) => {
    picture.forEach((value, pixel) => {
      pixels[position * PIXELS + pixel] = value / 255
    })
  })
  const values = await probabilitiesOf(requireModel(), pixels)
  return pictures.map((picture, position) => {
    return { pixels: picture, probabilities: [...values.subarray(position * 10, position * 10 + 10)] }
  })
}

type Answers = { [Kind in QuestionKind]: (ask: Questions[Kind]['ask']) => Promise<Questions[Kind]['answer']> }

const ANSWERS: Answers = {
  data: (request) => session.load(request),
  async read({ width, height, ink }) {
    const pixels = new Uint8Array(centerDigit(ink, width, height))
    const insight = await insightOf(requireModel(), pixels, -1)
    return { ...insight, truth: largest(Float32Array.from(insight.probabilities)) }
  },
  readAll: ({ pictures }) =>
    readAll(
      pictures.map(({ width, height, ink, centred }) =>
        centred ? ink : new Uint8Array(centerDigit(ink, width, height)),
      ),
    ),
  async readIdx(file) {
    const { images } = await readIdxFile(file)
    if (images === undefined) throw new Error(`${file.name} has labels, no pictures`)
    const count = Math.min(MOST, images.length / PIXELS)
    return readAll(
      Array.from({ length: count }, (_, i) => new Uint8Array(images.slice(i * PIXELS, (i + 1) * PIXELS))),
    )
  },
  async inspect({ measure }) {
    if (session.learner === undefined) throw new Error('untrained')
    return inspectLearner(session.learner, await session.pictures, measure)
  },
  save: () => Promise.resolve().then(() => session.save()),
  load: (bytes) => session.restore(bytes),
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function answerTo(question: Question): Promise<Questions[QuestionKind]['answer']> {
  switch (question.kind) {
    case 'data':
      return ANSWERS.data(question.ask)
    case 'read':
      return ANSWERS.read(question.ask)
    case 'readAll':
      return ANSWERS.readAll(question.ask)
    case 'readIdx':
      return ANSWERS.readIdx(question.ask)
    case 'inspect':
      return ANSWERS.inspect(question.ask)
    case 'save':
      return ANSWERS.save(question.ask)
    case 'load':
      return ANSWERS.load(question.ask)
  }
}

async function take(message: ToWorker): Promise<void> {
  if (!('id' in message && 'ask' in message)) {
    await session.command(message).catch((error) => post({ kind: 'failure', reason: reasonOf(error) }))
    return
  }
  try {
    post({ kind: 'answer', id: message.id, answer: await answerTo(message) })
  } catch (error) {
    post({ kind: 'refusal', id: message.id, reason: reasonOf(error) })
  }
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => void take(data))

post({ kind: 'ready', backends: await backendOptions(), isolated: globalThis.crossOriginIsolated === true })
await session.introduce()
