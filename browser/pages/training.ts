/**
 * The page that trains on the built-in digits, on the backend that its address names.
 */
import { createWasmBackend, describeBackends } from 'nabla'
import { type Training, trainDigits } from '../train-digits.js'
import { report } from './report.js'

export interface TrainingReport extends Training {
  /** Why a backend can't be had, by name. */
  readonly reasons: Readonly<Record<string, string>>
  /** What `createWasmBackend` fails with; nothing where it works. */
  readonly refusal?: string
}

report(async (parameters): Promise<TrainingReport> => {
  const training = await trainDigits(parameters.get('backend') ?? 'auto')
  const missing = (await describeBackends()).filter(({ available }) => !available)
  const reasons = Object.fromEntries(missing.map(({ name, reason }) => [name, reason]))
  try {
    await createWasmBackend().dispose()
    return { ...training, reasons }
  } catch (error) {
    return { ...training, reasons, refusal: String(error) }
  }
})
