/**
 * Testing a model and showing how it did.
 */
import type { ArrayDataset, Module } from 'nabla'
import pc from 'picocolors'
import { confusionTable } from '../report/confusion.js'
import { pictureSheet } from '../report/pictures.js'
import { type TestReport, testModel } from '../report/test-report.js'
import type { Printer } from '../session.js'

/** Tests, prints accuracy, confusion and mistakes, and returns the figures. The accuracy is printed even when quiet. */
export async function showTest(
  model: Module,
  test: ArrayDataset<'inputs' | 'targets'>,
  printer: Printer,
): Promise<TestReport> {
  const report = await testModel(model, test)
  printer.say(`\n${confusionTable(report.confusion)}`)
  if (report.mistakes.length > 0) {
    const pictures = report.mistakes.map(({ pixels, truth, reading }) => ({
      pixels,
      caption: `a ${truth}, read as ${reading}`,
    }))
    printer.say(`\nSome of its mistakes:\n\n${pictureSheet(pictures)}`)
  }
  const percent = (100 * report.accuracy).toFixed(2)
  const total = test.length.toLocaleString('en-US')
  console.log(
    `\n${pc.bold(`Test accuracy ${percent} %`)} on ${total} pictures (loss ${report.loss.toFixed(4)})`,
  )
  return report
}
