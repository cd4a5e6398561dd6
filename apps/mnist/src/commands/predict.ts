/**
 * `pnpm mnist predict FILE.png`: reads a digit from a picture.
 */
import { softmax, tensorFrom } from 'nabla'
import pc from 'picocolors'
import { PICTURE_SHAPE } from '../models.js'
import { requireSaved } from '../open-model.js'
import type { PredictFlags } from '../options.js'
import { readPicture } from '../picture.js'
import { writeJson } from '../report/json.js'
import { pictureSheet } from '../report/pictures.js'
import { chooseBackend, createPrinter } from '../session.js'

const BAR = 30

/** Shows the picture as the network sees it and how sure it is of each digit. */
export async function predict(file: string, flags: PredictFlags): Promise<void> {
  const printer = createPrinter(flags.quiet)
  await chooseBackend(flags)
  const pixels = await readPicture(file)
  const { model, file: modelFile, training } = await requireSaved('predict', flags)
  printer.say(`${model.name} from ${modelFile}, trained on: ${training.data.description}\n`)
  const logits = await model.predict(tensorFrom(pixels, [1, ...PICTURE_SHAPE]))
  const probabilities = [...(await softmax(logits).data())]
  const digit = probabilities.indexOf(Math.max(...probabilities))
  printer.say(`${pictureSheet([{ pixels, caption: 'What it sees:' }])}\n`)
  probabilities.forEach((probability, candidate) => {
    const bar = '█'.repeat(Math.round(probability * BAR)).padEnd(BAR)
    const line = `${candidate} ${bar} ${(100 * probability).toFixed(1).padStart(5)} %`
    printer.say(candidate === digit ? pc.green(line) : line)
  })
  console.log(printer.quiet ? String(digit) : `\nIt is a ${pc.bold(String(digit))}.`)
  await writeJson(flags.json, { file, digit, probabilities })
}
