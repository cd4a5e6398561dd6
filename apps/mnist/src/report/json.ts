/**
 * The file that `--json` asks for.
 */
import { writeAtomically } from '../checkpoint.js'
import type { EpochRow } from '../training/rows.js'

export interface JsonReport {
  readonly backend: string
  /** `train` and `test` are numbers of pictures. */
  readonly data: { readonly source: string; readonly train: number; readonly test: number }
  readonly model: string
  readonly parameters: number
  readonly seed: number
  readonly epochs: readonly EpochRow[]
  readonly test: { readonly loss: number; readonly accuracy: number }
}

export async function writeJson(file: string | undefined, content: object): Promise<void> {
  if (file !== undefined) await writeAtomically(file, `${JSON.stringify(content, null, 2)}\n`)
}

export async function writeReport(file: string | undefined, report: JsonReport): Promise<void> {
  const { loss, accuracy } = report.test
  const test = { loss: Number(loss.toFixed(6)), accuracy: Number(accuracy.toFixed(6)) }
  await writeJson(file, { ...report, test })
}
