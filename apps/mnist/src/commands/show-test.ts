/**
 * What train and evaluate have in common: how they begin, and testing a model and showing how it did.
 */
import type { DigitDataset, Module } from 'nabla'
import pc from 'picocolors'
import { confusionTable } from '../report/confusion.js'
import { pictureSheet } from '../report/pictures.js'
import { type TestReport, testModel } from '../report/test-report.js'
import type { Printer } from '../session.js'

export function introduce(printer: Printer, backend: string): void {
  printer.say(`${pc.bold('Nabla ∇')}  reading handwritten digits\n`)
  printer.say(`  backend  ${backend}`)
}

/**
 * Tests, prints accuracy, confusion and mistakes, and returns the figures. The accuracy is printed even when quiet.
 *
 * @throws the signal's reason when interrupted
 */
export async function showTest(
  model: Module,
  test: DigitDataset,
  printer: Printer,
  signal?: AbortSignal,
): Promise<Pick<TestReport, 'loss' | 'accuracy'>> {
  printer.status('Testing …')
  const report = await testModel(model, test, signal)
  printer.say(`\n${confusionTable(report.confusion)}`)
  if (report.mistakes.length > 0) {
    const pictures = report.mistakes.map(({ pixels, truth, reading }) => ({
      pixels,
      caption: `a ${truth}, read as ${reading}`,
    }))
    printer.say(`\nSome of its mistakes:\n\n${pictureSheet(pictures, process.stdout.columns)}`)
  }
  const { loss, accuracy } = report
  const percent = (100 * accuracy).toFixed(2)
  const total = test.length.toLocaleString('en-US')
  printer.say()
  console.log(`${pc.bold(`Test accuracy ${percent} %`)} on ${total} pictures (loss ${loss.toFixed(4)})`)
  return { loss, accuracy }
}
