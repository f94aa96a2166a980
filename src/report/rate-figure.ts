/**
 * Rate figures, which draw the result of trainings against their learning rate. In a rate figure, a line connects short
 * trainings, and the large marks are whole trainings.
 */
import { splitAtGaps } from './decimate.ts'
import {
  clamp,
  createFrame,
  drawColumns,
  drawMarkedColumns,
  drawNames,
  drawReferences,
  type Name,
  type Reference,
} from './frame.ts'
import { type Axis, type AxisScale, axisLabel, createScale } from './scale.ts'
import { cross, element, type FigurePoint, figure, label, mark, pathThrough, tooltip } from './svg.ts'

/** The trainings at one rate. A value that is null marks a training that diverged. */
export interface RatePoint {
  readonly rate: number
  /** The value of each training. */
  readonly values: readonly (number | null)[]
  /** The tooltip of each training. */
  readonly notes: readonly string[]
}

export interface RateSeries {
  readonly name: string
  /** Index of the color in the palette. */
  readonly color: number
  /** Short trainings in rising order of the rates, with one value each. */
  readonly short: readonly RatePoint[]
  /** Whole trainings in rising order of the rates. */
  readonly whole: readonly RatePoint[]
}

export interface RateFigure {
  readonly title: string
  readonly description: string
  readonly y: Axis & { readonly domain: readonly [number, number] }
  readonly series: readonly RateSeries[]
  /** Horizontal reference lines. */
  readonly references?: readonly Reference[]
  /** Rates that a vertical line marks. */
  readonly marked: readonly { readonly label: string; readonly rate: number }[]
  readonly width?: number
  readonly height?: number
}

/** Height of the row above the plot in which diverged trainings are drawn, and of the row with the marked rates. */
const STRIP = 20
/** Largest distance between trainings at one rate, in pixels. */
const APART = 9

/** Draws a rate figure as SVG text. */
export function rateFigure(spec: RateFigure): string {
  const { width = 440, height = 320, references = [], series } = spec
  const all = series.flatMap(({ short, whole }) => [...short, ...whole])
  const hasBroken = all.some(({ values }) => values.includes(null))
  const strip = STRIP * (1 + (hasBroken ? 1 : 0))
  const ends = hasBroken ? ['diverged'] : []
  const names = [...series.map(({ name }) => name), ...references.map((one) => one.label), ...ends]
  const frame = createFrame({ width, height, heading: spec.title, y: spec.y, domain: spec.y.domain, names, strip })
  const { box } = frame
  const rates = [...all.map(({ rate }) => rate), ...spec.marked.map(({ rate }) => rate)]
  const axis: Axis = { label: 'Learning rate', scale: 'log' }
  // The first and the last rate stand inside the plot, because their marks have a width.
  const x = createScale(axis, [Math.min(...rates) / 1.6, Math.max(...rates) * 1.6], [box.left, box.right], 6)
  const columns = x.ticks.map((tick) => ({ ...tick, at: x.place(tick.value) ?? box.left }))
  const guide = drawReferences(frame, references)
  const context = { x, y: frame.y, top: box.top, bottom: box.bottom, broken: box.top - STRIP / 2 }
  return figure(
    { width, height },
    spec,
    frame.markup,
    hasBroken ? brokenRow(box.left, box.right, context.broken) : '',
    guide.markup,
    drawMarkedColumns(
      spec.marked.map(({ label: text, rate }) => ({ label: text, x: rate })),
      x,
      box,
      box.top - strip + 12,
    ),
    ...series.map((one, index) => drawSeries(one, { ...context, shift: (index - (series.length - 1) / 2) * APART })),
    drawColumns(box, columns, axisLabel(axis)),
    drawNames(box, [...nameSeries(series, frame.y, box), ...guide.names]),
  )
}

function brokenRow(left: number, right: number, y: number): string {
  const line = element('line', { class: 'iso-grid', x1: left, x2: right, y1: y, y2: y })
  return line + label('diverged', { class: 'iso-note', x: right + 8, y: y + 4 })
}

interface SeriesContext {
  readonly x: AxisScale
  readonly y: AxisScale
  readonly top: number
  readonly bottom: number
  /** The y position of diverged trainings. */
  readonly broken: number
  /** Distance of this series from the rate, so that the crosses of several series at one rate stay visible. */
  readonly shift: number
}

function drawSeries({ color, short, whole }: RateSeries, context: SeriesContext): string {
  const { x, y, top, bottom, broken, shift } = context
  const kind = `iso-c${color % 6}`
  const place = (point: RatePoint, value: number | null | undefined): FigurePoint | null => {
    const [across, up] = [x.place(point.rate), y.place(value)]
    return across === null || up === null ? null : [across, clamp(up, top, bottom)]
  }
  const lines = splitAtGaps(short.map((point) => place(point, point.values[0])))
  const line = lines.length === 0 ? '' : lines.map((run) => pathThrough(run)).join('')
  const crossesOf = (point: RatePoint, size: number): string[] => {
    const lost = point.values.flatMap((value, index) => (value === null ? [index] : []))
    return lost.map((index, rank) => {
      const apart = (rank - (lost.length - 1) / 2) * Math.min(6, APART)
      return cross([(x.place(point.rate) ?? 0) + shift + apart, broken], color, size, tooltip(point.notes[index]))
    })
  }
  return [
    line === '' ? '' : element('path', { class: `iso-line iso-thin ${kind}`, d: line }),
    ...short.flatMap((point) => {
      const spot = place(point, point.values[0])
      const dot = spot && { class: `iso-dot ${kind}`, cx: spot[0], cy: spot[1], r: 2.6 }
      return [...(dot ? [element('circle', dot, tooltip(point.notes[0]))] : []), ...crossesOf(point, 2.6)]
    }),
    ...whole.flatMap((point) => [
      ...point.values.flatMap((value, index) => {
        const spot = place(point, value)
        return spot === null ? [] : [mark(spot, color, 4.4, tooltip(point.notes[index]))]
      }),
      ...crossesOf(point, 4),
    ]),
  ].join('')
}

/** Places the name of each series beside the last point of its line, or else beside its last mark. */
function nameSeries(
  series: readonly RateSeries[],
  y: AxisScale,
  box: { readonly top: number; readonly bottom: number },
): Name[] {
  return series.map(({ name, color, short, whole }) => {
    const points = short.some(({ values }) => values[0] !== null) ? short : whole
    const places = points.flatMap(({ values }) => values.flatMap((value) => y.place(value) ?? []))
    return { text: name, color, y: clamp(places.at(-1) ?? box.top, box.top, box.bottom) }
  })
}
