/**
 * The Learn panel: lessons, each with a picture to touch and the code that computes it.
 */
import type { ComponentType } from 'preact'
import { text } from '../../i18n/index.js'
import { LESSONS, type LessonName, lesson } from '../../state/settings.js'
import { Lead } from '../../ui/card.js'
import { Tabs } from '../../ui/tabs.js'
import { Code } from './code.js'
import backpropagationCode from './compute/backpropagation.ts?raw'
import batchesCode from './compute/batches.ts?raw'
import broadcastingCode from './compute/broadcasting.ts?raw'
import descentCode from './compute/descent.ts?raw'
import movementCode from './compute/movement.ts?raw'
import productsCode from './compute/products.ts?raw'
import tensorsCode from './compute/tensors.ts?raw'
import { Backpropagation } from './lessons/backpropagation.js'
import { Batches } from './lessons/batches.js'
import { Broadcasting } from './lessons/broadcasting.js'
import { Descent } from './lessons/descent.js'
import { Movement } from './lessons/movement.js'
import { Products } from './lessons/products.js'
import { Tensors } from './lessons/tensors.js'

const CONTENT: Readonly<Record<LessonName, { readonly View: ComponentType; readonly code: string }>> = {
  tensors: { View: Tensors, code: tensorsCode },
  broadcasting: { View: Broadcasting, code: broadcastingCode },
  products: { View: Products, code: productsCode },
  movement: { View: Movement, code: movementCode },
  descent: { View: Descent, code: descentCode },
  batches: { View: Batches, code: batchesCode },
  backpropagation: { View: Backpropagation, code: backpropagationCode },
}

export default function LearnPanel() {
  const { learn } = text.value
  const name = lesson.value
  const { View, code } = CONTENT[name]
  const labels: Record<LessonName, string> = {
    tensors: learn.tensors.title,
    broadcasting: learn.broadcasting.title,
    products: learn.products.title,
    movement: learn.movement.title,
    descent: learn.descent.title,
    batches: learn.batches.title,
    backpropagation: learn.backpropagation.title,
  }
  return (
    <div class="learn">
      <Lead title={learn.heading}>{learn.lead}</Lead>
      <Tabs
        label={learn.lessons}
        names={LESSONS}
        labels={labels}
        chosen={name}
        choose={(next) => {
          lesson.value = next
        }}
        controls="lesson"
        idPrefix="lesson"
      />
      <div class="lesson" id="lesson" role="tabpanel" aria-labelledby={`lesson-${name}`} data-testid={name}>
        <section class="card view" aria-label={labels[name]}>
          <div>
            <h2>{labels[name]}</h2>
            <p class="hint">{learn[name].lead}</p>
          </div>
          <View key={name} />
        </section>
        <Code source={code} />
      </div>
    </div>
  )
}
