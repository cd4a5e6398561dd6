/**
 * `pnpm mnist predict FILE.png`: reads a digit from a picture.
 */
import { softmax, tensorFrom } from 'nabla'
import pc from 'picocolors'
import { writeAtomically } from '../checkpoint.js'
import { PICTURE_SHAPE } from '../models.js'
import type { CommonOptions } from '../options.js'
import { readPicture } from '../picture.js'
import { pictureLines } from '../report/pictures.js'
import { chooseBackend, createPrinter, openForReading } from '../session.js'

const BAR = 30

/** Shows the picture as the network sees it and how sure it is of each digit. */
export async function predict(file: string, options: CommonOptions): Promise<void> {
  const printer = createPrinter(options.quiet)
  await chooseBackend(options)
  const model = await openForReading(options.model)
  const pixels = await readPicture(file)
  const logits = await model.predict(tensorFrom(pixels, [1, ...PICTURE_SHAPE]))
  const probabilities = [...(await softmax(logits).data())]
  const digit = probabilities.indexOf(Math.max(...probabilities))
  printer.say(pictureLines(pixels, 28, 28).join('\n'))
  probabilities.forEach((probability, candidate) => {
    const line = `${candidate} ${'█'.repeat(Math.round(probability * BAR)).padEnd(BAR)} ${(100 * probability).toFixed(1).padStart(5)} %`
    printer.say(candidate === digit ? pc.green(line) : line)
  })
  console.log(`\nIt is a ${pc.bold(String(digit))}.`)
  if (options.json !== undefined) {
    await writeAtomically(options.json, `${JSON.stringify({ file, digit, probabilities }, null, 2)}\n`)
  }
}
