/**
 * Lesson: backpropagation through a small graph, with the numbers on its edges.
 */
import { useSignal } from '@preact/signals'
import { text } from '../../../i18n/index.js'
import { Slider } from '../../../ui/controls.js'
import { type Inputs, propagate } from '../compute/backpropagation.js'
import { shown } from '../tensor-grid.js'
import { useAnswer } from '../use-answer.js'

interface Node {
  readonly name: string
  readonly at: readonly [number, number]
  readonly label: string
}

const NODES: readonly Node[] = [
  { name: 'x', at: [60, 60], label: 'x' },
  { name: 'w', at: [60, 160], label: 'w' },
  { name: 'product', at: [220, 110], label: 'w · x' },
  { name: 'b', at: [220, 220], label: 'b' },
  { name: 'sum', at: [370, 150], label: '+ b' },
  { name: 'y', at: [370, 260], label: 'y' },
  { name: 'error', at: [520, 190], label: '− y' },
  { name: 'loss', at: [660, 190], label: '( )²' },
]

/** From, to, and the step in which each way is walked: forward counted up, backward counted down. */
const EDGES: readonly (readonly [string, string, number])[] = [
  ['x', 'product', 1],
  ['w', 'product', 1],
  ['product', 'sum', 2],
  ['b', 'sum', 2],
  ['sum', 'error', 3],
  ['y', 'error', 3],
  ['error', 'loss', 4],
]

const FORWARD = 4
const STEPS = 8
const RATE = 0.05

/** In which step a node's value is known. */
const KNOWN: Readonly<Record<string, number>> = { product: 1, sum: 2, error: 3, loss: 4 }

const nodeOf = (name: string): Node => NODES.find((node) => node.name === name) ?? NODES[0]!

interface EdgeProps {
  readonly from: string
  readonly to: string
  readonly gradient: number | undefined
  readonly isActive: boolean
}

function Edge({ from, to, gradient, isActive }: EdgeProps) {
  const [[x1, y1], [x2, y2]] = [nodeOf(from).at, nodeOf(to).at]
  return (
    <g class={`edge ${isActive ? 'active' : ''} ${gradient === undefined ? '' : 'back'}`}>
      <line x1={x1} y1={y1} x2={x2} y2={y2} />
      {gradient !== undefined && (
        <text x={(x1 + x2) / 2} y={(y1 + y2) / 2 - 10}>
          {shown(gradient)}
        </text>
      )}
    </g>
  )
}

function Vertex({ node, value }: { readonly node: Node; readonly value: number | undefined }) {
  const [x, y] = node.at
  return (
    <g class={`node ${value === undefined ? 'waiting' : ''}`}>
      <circle cx={x} cy={y} r={34} />
      <text x={x} y={y - 5} class="name">
        {node.label}
      </text>
      <text x={x} y={y + 16} class="value">
        {value === undefined ? '…' : shown(value)}
      </text>
    </g>
  )
}

export function Backpropagation() {
  const { learn } = text.value
  const words = learn.backpropagation
  const inputs = useSignal<Inputs>({ x: 2, w: 0.5, b: -1, y: 3 })
  const step = useSignal(STEPS)
  const result = useAnswer(() => propagate(inputs.value), [inputs.value])
  if (result === undefined) return null
  const values: Readonly<Record<string, number>> = { ...inputs.value, ...result.values }
  const gradients: Readonly<Record<string, number>> = result.gradients
  const at = step.value
  const set = (name: keyof Inputs) => (value: number) => {
    inputs.value = { ...inputs.value, [name]: value }
  }
  const isBack = (edge: number): boolean => at >= STEPS + 1 - edge
  const update = (): void => {
    const { w, b } = inputs.value
    const { gradients: slopes } = result
    inputs.value = { ...inputs.value, w: w - RATE * slopes.w, b: b - RATE * slopes.b }
  }
  const labels = { x: words.input, w: words.weight, b: words.bias, y: words.target }
  const names = ['x', 'w', 'b', 'y'] as const
  return (
    <>
      <div class="lengths">
        {names.map((name) => (
          <Slider
            key={name}
            label={labels[name]}
            value={inputs.value[name]}
            least={-4}
            most={4}
            step={0.1}
            format={shown}
            change={set(name)}
          />
        ))}
      </div>
      <div class="scene">
        <svg
          class="graph"
          viewBox="0 0 720 310"
          role="img"
          aria-label={`${words.title}: loss ${shown(result.values.loss)}, dw ${shown(result.gradients.w)}, db ${shown(result.gradients.b)}`}
        >
          {EDGES.map(([from, to, order]) => (
            <Edge
              key={from}
              from={from}
              to={to}
              gradient={isBack(order) ? gradients[from] : undefined}
              isActive={at === order || at === STEPS + 1 - order}
            />
          ))}
          {NODES.map((node) => (
            <Vertex
              key={node.name}
              node={node}
              value={at >= (KNOWN[node.name] ?? 0) ? values[node.name] : undefined}
            />
          ))}
        </svg>
      </div>
      <div class="buttons">
        <button
          type="button"
          class="button"
          data-testid="walk"
          onClick={() => {
            step.value = at >= STEPS ? 0 : at + 1
          }}
        >
          {at >= STEPS ? learn.reset : at < FORWARD ? words.forward : words.backward}
        </button>
        <button type="button" class="button primary" data-testid="update" onClick={update}>
          {words.update}
        </button>
        <span class="hint">{words.step}</span>
      </div>
    </>
  )
}
