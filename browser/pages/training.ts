/**
 * The page that trains on the built-in digits, on the backend and for as long as its address says.
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
  const numberOf = (name: string): number | undefined => Number(parameters.get(name)) || undefined
  const [samples, epochs] = [numberOf('samples'), numberOf('epochs')]
  const training = await trainDigits(parameters.get('backend') ?? 'auto', {
    ...(samples !== undefined && { samples }),
    ...(epochs !== undefined && { epochs }),
  })
  const missing = (await describeBackends()).filter(({ available }) => !available)
  const reasons = Object.fromEntries(missing.map(({ name, reason }) => [name, reason]))
  try {
    await createWasmBackend().dispose()
    return { ...training, reasons }
  } catch (error) {
    return { ...training, reasons, refusal: String(error) }
  }
})
