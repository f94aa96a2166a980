/** Figures of lines over steps or depth, with bands, marks, and names at the ends of the lines. */
import { decimate, splitAtGaps } from './decimate.ts'
import {
  clamp,
  clip,
  createFrame,
  drawColumns,
  drawMarkedColumns,
  drawNames,
  drawReferences,
  type Frame,
  type MarkedColumn,
  type Name,
  type Reference,
} from './frame.ts'
import { type Axis, type AxisScale, axisLabel, createScale, domainOf, roundOutward } from './scale.ts'
import { cross, element, type FigurePoint, figure, mark, pathThrough, tooltip } from './svg.ts'
import type { Domain } from './ticks.ts'

/**
 * A point of a line. A `y` that is null or not finite makes a gap in the line. The values `low` and `high` bound the
 * band around the line.
 */
export interface LinePoint {
  readonly x: number
  readonly y: number | null
  readonly low?: number | null
  readonly high?: number | null
}

export interface LineSeries {
  /** The name of the line. Lines of the same name share a color and one label. */
  readonly name: string
  /** The points of the line, in ascending order of x. */
  readonly points: readonly LinePoint[]
  /** The tooltip of the line, by default the name of the line. */
  readonly note?: string
  /** Index of the line's color in the palette. By default, the lines take the colors in the order of their names. */
  readonly color?: number
  /** Whether the line is drawn thin and light, as one of many lines. */
  readonly thin?: boolean
  /** Whether each point of the line has a mark. */
  readonly marks?: boolean
  /** Whether the run diverged at the last point. The line of a diverged run ends in a cross. */
  readonly broken?: boolean
}

export interface LineFigure {
  readonly title: string
  /** A description of the figure in words, for readers who cannot see the figure. */
  readonly description: string
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly LineSeries[]
  readonly references?: readonly Reference[]
  /** Positions on the x axis that a vertical line marks. */
  readonly marked?: readonly MarkedColumn[]
  readonly width?: number
  readonly height?: number
}

/** Height of the row above the plot with the labels of marked positions. */
const STRIP = 20

interface Colored extends LineSeries {
  readonly hue: number
}

/** Draws a line figure as SVG text. */
export function lineFigure(spec: LineFigure): string {
  const { width = 440, height = 300, references = [], marked = [] } = spec
  const names = [...new Set(spec.series.map((series) => series.name))]
  const lines = spec.series.map((series) => ({ ...series, hue: series.color ?? names.indexOf(series.name) }))
  const frame = createFrame({
    width,
    height,
    heading: spec.title,
    y: spec.y,
    domain: spec.y.domain ?? lineDomain(spec.series, spec.y),
    names: [...names, ...references.map((reference) => reference.label)],
    strip: marked.length === 0 ? 0 : STRIP,
  })
  const { box } = frame
  const points = spec.series.flatMap((series) => series.points)
  const domain =
    spec.x.domain ??
    domainOf(
      points.map((point) => point.x),
      spec.x.scale,
    )
  const x = createScale(spec.x, domain, [box.left, box.right], Math.max(2, Math.floor((box.right - box.left) / 60)))
  const columns = x.ticks.map((tick) => ({ ...tick, at: x.place(tick.value) ?? box.left }))
  const guide = drawReferences(frame, references)
  return figure(
    { width, height },
    spec,
    frame.markup,
    guide.markup,
    drawMarkedColumns(marked, x, box, box.top - STRIP + 12),
    clip(box, ...lines.map((line) => drawBand(line, x, frame.y)), ...lines.map((line) => drawLine(line, x, frame.y))),
    drawColumns(box, columns, axisLabel(spec.x)),
    ...lines.map((line) => drawMarks(line, x, frame)),
    drawNames(box, [...nameLines(names, lines, frame), ...guide.names]),
  )
}

/**
 * The y domain of all lines and bands, rounded outward. A linear domain starts at 0 if all values are positive and the
 * lowest value is below half of the highest.
 */
function lineDomain(series: readonly LineSeries[], axis: Axis): Domain {
  const kind = axis.scale ?? 'linear'
  const values = series.flatMap((line) => line.points.flatMap(({ y, low, high }) => [y, low, high]))
  const [low, high] = domainOf(values, kind)
  return roundOutward([kind === 'linear' && low > 0 && low < high / 2 ? 0 : low, high], kind, 5)
}

/**
 * The position of a point in pixels. Positions far outside the plot are moved closer to the plot, because browsers
 * compute inexactly with very large coordinates.
 */
function place(x: AxisScale, y: AxisScale, point: LinePoint, value: number | null | undefined): FigurePoint | null {
  const [across, up] = [x.place(point.x), y.place(value)]
  return across === null || up === null ? null : [across, clamp(up, -5000, 5000)]
}

function drawLine(line: Colored, x: AxisScale, y: AxisScale): string {
  const runs = splitAtGaps(line.points.map((point) => place(x, y, point, point.y)))
  if (runs.length === 0) return ''
  const kind = `iso-line iso-c${line.hue % 6}${line.thin ? ' iso-thin' : ''}`
  const d = runs.map((run) => pathThrough(decimate(run))).join('')
  return element('path', { class: kind, d }, tooltip(line.note ?? line.name))
}

function drawBand(line: Colored, x: AxisScale, y: AxisScale): string {
  const edge = (side: 'low' | 'high') =>
    line.points.map((point) => {
      const bothEnds = y.place(point.low) !== null && y.place(point.high) !== null
      return bothEnds ? place(x, y, point, point[side]) : null
    })
  const lows = splitAtGaps(edge('low'))
  const highs = splitAtGaps(edge('high'))
  const d = lows
    .map((run, index) => `${pathThrough([...decimate(run), ...decimate(highs[index]).reverse()])}z`)
    .join('')
  return d === '' ? '' : element('path', { class: `iso-band iso-c${line.hue % 6}`, d })
}

function drawMarks(line: Colored, x: AxisScale, frame: Frame): string {
  const { top, bottom } = frame.box
  const drawn = line.points.map((point) => place(x, frame.y, point, point.y)).filter((spot) => spot !== null)
  if (drawn.length === 0) return ''
  const inside = drawn.filter(([, up]) => up >= top - 0.5 && up <= bottom + 0.5)
  const marks = line.marks ? inside.map((spot) => mark(spot, line.hue, 3.2)).join('') : ''
  const [across, up] = drawn[drawn.length - 1]
  const end = line.broken ? cross([across, clamp(up, top, bottom)], line.hue, 4, tooltip(line.note ?? line.name)) : ''
  return marks + end
}

/** Places each name beside the mean of the ends of its lines. */
function nameLines(names: readonly string[], lines: readonly Colored[], { y, box }: Frame): Name[] {
  return names.flatMap((text) => {
    const own = lines.filter((line) => line.name === text)
    const ends = own.flatMap((line) => {
      const drawn = line.points.flatMap((point) => y.place(point.y) ?? [])
      return drawn.length === 0 ? [] : [clamp(drawn[drawn.length - 1], box.top, box.bottom)]
    })
    if (ends.length === 0) return []
    return [{ text, color: own[0].hue, y: ends.reduce((sum, end) => sum + end, 0) / ends.length }]
  })
}
