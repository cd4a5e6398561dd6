/**
 * Curves of several runs over steps or seconds: a thin frame around uPlot.
 */
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { colour, isDark } from '../state/theme.js'

export interface Curve {
  readonly label: string
  /** A custom property with its colour. */
  readonly colour: string
  readonly x: readonly number[]
  readonly y: readonly number[]
  readonly isFaint?: boolean
}

interface ChartProps {
  /** Says in words what is seen. */
  readonly label: string
  readonly curves: readonly Curve[]
  readonly height?: number
  /** The range of the values, where it is known. */
  readonly range?: readonly [number, number]
  readonly isPercent?: boolean
  readonly isLogarithmic?: boolean
  readonly xLabel: string
}

function aligned(curves: readonly Curve[]): uPlot.AlignedData {
  if (curves.length === 0) return [[], []]
  const [only] = curves
  if (curves.length === 1 && only !== undefined) return [[...only.x], [...only.y]]
  return uPlot.join(curves.map(({ x, y }): uPlot.AlignedData => [[...x], [...y]]))
}

function axis(extra: uPlot.Axis): uPlot.Axis {
  return {
    stroke: colour('--muted'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1, size: 4 },
    ...extra,
  }
}

function optionsOf(props: ChartProps, width: number): uPlot.Options {
  const { curves, height = 220, range, isPercent = false, isLogarithmic = false } = props
  return {
    width,
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    padding: [10, 12, 0, 0],
    scales: {
      x: { time: false, ...(curves.length === 0 && { range: [0, 100] }) },
      y: isLogarithmic
        ? { distr: 3 }
        : { range: range === undefined ? (_u, _low, high) => [0, high > 0 ? high * 1.05 : 1] : [...range] },
    },
    axes: [
      axis({ size: 32, label: props.xLabel, labelSize: 18, labelFont: '12px system-ui, sans-serif' }),
      axis({
        size: 52,
        values: (_u, ticks) =>
          ticks.map((tick) => {
            if (isPercent) return `${Math.round(tick * 100)} %`
            return tick === null ? '' : String(Number(tick.toPrecision(3)))
          }),
      }),
    ],
    series: [
      {},
      ...curves.map(
        (curve): uPlot.Series => ({
          label: curve.label,
          stroke: colour(curve.colour),
          width: curve.isFaint ? 1.25 : 2.25,
          alpha: curve.isFaint ? 0.55 : 1,
          points: { show: false },
          spanGaps: true,
        }),
      ),
    ],
  }
}

/** What a chart has to be made anew for; new points alone are not among it. */
const frameOf = ({ curves, isLogarithmic, xLabel }: ChartProps): string =>
  [isDark.value, isLogarithmic, xLabel, ...curves.map((curve) => `${curve.label}${curve.isFaint}`)].join()

export function Chart(props: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const frame = frameOf(props)
  useEffect(() => {
    const { current } = place
    if (current === null) return
    const made = new uPlot(
      optionsOf(props, Math.max(200, current.clientWidth)),
      aligned(props.curves),
      current,
    )
    plot.current = made
    const observer = new ResizeObserver(() => {
      const width = Math.max(200, current.clientWidth)
      if (width !== made.width) made.setSize({ width, height: made.height })
    })
    observer.observe(current)
    return () => {
      observer.disconnect()
      made.destroy()
    }
  }, [frame])
  useEffect(() => {
    plot.current?.setData(aligned(props.curves))
  }, [props.curves])
  return <div class="chart" ref={place} role="img" aria-label={props.label} />
}
