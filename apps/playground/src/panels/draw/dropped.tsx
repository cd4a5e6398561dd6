/**
 * Pictures that are dropped: a single digit, a sheet of many, or an IDX file.
 */
import { useSignal } from '@preact/signals'
import { ask } from '../../engine/client.js'
import { failure } from '../../engine/state.js'
import { percent, text } from '../../i18n/index.js'
import type { Reading } from '../../protocol.js'
import { Card } from '../../ui/card.js'
import { DropZone } from '../../ui/controls.js'
import { Digit } from '../../ui/pictures.js'
import { bytesOf } from '../train/data-source.js'
import { greyOf } from './grey.js'
import { digitsOn } from './sheet.js'

async function read(file: File): Promise<readonly Reading[]> {
  if (file.type.startsWith('image/')) {
    const pictures = digitsOn(await greyOf(file))
    return pictures.length === 0 ? [] : ask('readAll', { pictures })
  }
  return ask('readIdx', await bytesOf(file))
}

function Result({ pixels, probabilities }: Reading) {
  const { draw } = text.value
  const best = Math.max(...probabilities)
  const digit = probabilities.indexOf(best)
  const label = draw.resultLabel(digit, percent(best, 0))
  return (
    <li title={label}>
      <Digit pixels={pixels} label={label} />
      <b data-testid="result">{digit}</b>
    </li>
  )
}

export function Dropped({ isTrained }: { readonly isTrained: boolean }) {
  const { draw } = text.value
  const readings = useSignal<readonly Reading[] | undefined>(undefined)
  const take = async (files: readonly File[]): Promise<void> => {
    failure.value = undefined
    try {
      readings.value = (await Promise.all(files.map(read))).flat()
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error)
    }
  }
  if (!isTrained) return null
  return (
    <Card title={draw.dropHeading} testId="dropped">
      <DropZone
        hint={draw.drop}
        button={draw.choose}
        multiple
        take={(files) => void take(files)}
        testId="drop-pictures"
      />
      {readings.value !== undefined && (
        <>
          <p role="status">
            {readings.value.length === 0 ? draw.noDigits : draw.results(readings.value.length)}
          </p>
          <ul class="mistakes results">
            {readings.value.map((reading, position) => (
              <Result key={position} {...reading} />
            ))}
          </ul>
        </>
      )}
    </Card>
  )
}
