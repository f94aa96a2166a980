/**
 * Row figures: one row for each control. In a row figure, a dot is a run, a mark is a mean, and a bar is an interval.
 */
import { clamp, drawColumns } from './frame.ts'
import { fitted, textWidth } from './labels.ts'
import { isBroken, type RangeCell, type RangeDot, shownValue, summarizeCell } from './range-group.ts'
import { type Axis, type AxisScale, axisLabel, createScale, domainOf, roundOutward } from './scale.ts'
import { cross, element, figure, label, mark, tooltip } from './svg.ts'
import type { Domain } from './ticks.ts'

export interface RowFigure {
  readonly title: string
  readonly description: string
  readonly x: Axis
  /** The measured quantities of each row, for example training and test error. */
  readonly series: readonly string[]
  /** The rows from top to bottom. `cells` holds the runs of each series. */
  readonly rows: readonly { readonly name: string; readonly cells: readonly (readonly RangeDot[])[] }[]
  /** Vertical reference lines. */
  readonly references?: readonly { readonly label: string; readonly x: number }[]
  /** The word for a run without a value, for example `diverged`. */
  readonly broken?: string
  readonly width?: number
}

const NAME_SIZE = 12
const SERIES_SPACING = 13
const ROW_GAP = 12
const LINE_SPACING = 13
const TOP = 62

interface Layout {
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly rowHeight: number
  readonly x: AxisScale
  /** The x position of runs without a value, in pixels. */
  readonly strip: number
}

/** Draws a row figure as SVG text. The height of the figure follows from the number of rows. */
export function rowFigure(spec: RowFigure): string {
  const { width = 440, rows, references = [], broken = 'no value' } = spec
  const cells = rows.map((row) => row.cells.map(summarizeCell))
  const isAnyBroken = cells.flat().some((cell) => cell.dots.some(isBroken))
  const names = Math.max(0, ...rows.map((row) => textWidth(row.name, NAME_SIZE, true)))
  const left = Math.ceil(Math.min(names, width * 0.38)) + 12
  const stripWidth = isAnyBroken ? Math.ceil(textWidth(broken, 11.5)) + 14 : 0
  const right = width - 14 - stripWidth
  const rowHeight = SERIES_SPACING * spec.series.length + ROW_GAP
  const bottom = TOP + rowHeight * rows.length
  const domain = spec.x.domain ?? rowDomain(cells.flat(), spec.x)
  const x = createScale(spec.x, domain, [left, right], Math.max(2, Math.floor((right - left) / 56)))
  const layout = { left, right, bottom, rowHeight, x, strip: right + 14 + stripWidth / 2 }
  const columns = x.ticks.map((tick) => ({ ...tick, at: x.place(tick.value) ?? left }))
  const height = bottom + 40
  return figure(
    { width, height },
    spec,
    label(fitted(spec.title, width, 13.5, true), { class: 'iso-heading', x: 0, y: 14 }),
    drawKey(spec.series),
    ...columns.map(({ at }) => element('line', { class: 'iso-grid', x1: at, x2: at, y1: TOP, y2: bottom })),
    ...references.map((reference) => drawReference(reference, layout)),
    isAnyBroken ? label(broken, { class: 'iso-note', x: layout.strip, y: TOP - 8, 'text-anchor': 'middle' }) : '',
    ...cells.map((row, index) => drawRow(spec, row, index, layout)),
    drawColumns({ width, left, right, top: TOP, bottom }, columns, axisLabel(spec.x)),
  )
}

/**
 * The x domain. A linear domain starts at 0 if no value is negative. A logarithmic domain spans the range of the
 * values.
 */
function rowDomain(cells: readonly RangeCell[], axis: Axis): Domain {
  const kind = axis.scale ?? 'linear'
  const values = cells.flatMap((cell) => cell.dots.map((dot) => dot.value))
  const ends = cells.map(({ summary }) => (summary === null ? null : summary.mean + (summary.halfWidth ?? 0)))
  const [low, high] = domainOf([...values, ...ends], kind)
  return roundOutward([kind === 'linear' && low >= 0 ? 0 : low, high], kind, 5)
}

/** Draws the key below the heading: the mark and the name of each series. */
function drawKey(series: readonly string[]): string {
  let x = 5
  return series
    .map((name, hue) => {
      const item = mark([x, 30], hue, 4) + label(name, { class: `iso-name iso-c${hue % 6}`, x: x + 9, y: 34 })
      x += 9 + textWidth(name, NAME_SIZE, true) + 16
      return item
    })
    .join('')
}

function drawReference(reference: { readonly label: string; readonly x: number }, layout: Layout): string {
  const at = layout.x.place(reference.x)
  if (at === null || at < layout.left - 0.5 || at > layout.right + 0.5) return ''
  const half = textWidth(reference.label, 11.5) / 2
  const middle = clamp(at, layout.left + half, layout.right - half)
  return (
    element('line', { class: 'iso-reference', x1: at, x2: at, y1: TOP, y2: layout.bottom }) +
    label(reference.label, { class: 'iso-note', x: middle, y: TOP - 8, 'text-anchor': 'middle' })
  )
}

function drawRow(spec: RowFigure, cells: readonly RangeCell[], index: number, layout: Layout): string {
  const { name } = spec.rows[index]
  const top = TOP + index * layout.rowHeight
  const middle = top + layout.rowHeight / 2
  const words = nameLines(name, layout.left - 12)
  const rule = element('line', { class: 'iso-grid', x1: 0, x2: layout.right, y1: top, y2: top })
  const series = cells.map((cell, hue) => {
    const y = middle + (hue - (cells.length - 1) / 2) * SERIES_SPACING
    return drawCell(spec, cell, { y, hue, where: `${name}, ${spec.series[hue]}`, layout })
  })
  const names = words.map((text, line) => {
    return label(text, { x: 0, y: middle + 4 + (line - (words.length - 1) / 2) * LINE_SPACING })
  })
  return [rule, ...names, ...series].join('')
}

/** Breaks a long name into two lines at its last comma. A name without a comma is shortened. */
function nameLines(name: string, width: number): string[] {
  const comma = name.lastIndexOf(', ')
  const isLong = textWidth(name, NAME_SIZE, true) > width
  const lines = isLong && comma > 0 ? [name.slice(0, comma + 1), name.slice(comma + 2)] : [name]
  return lines.map((line) => fitted(line, width, NAME_SIZE, true))
}

interface CellContext {
  readonly y: number
  readonly hue: number
  readonly where: string
  readonly layout: Layout
}

function drawCell(spec: RowFigure, { dots, summary }: RangeCell, { y, hue, where, layout }: CellContext): string {
  const { left, right, x, strip } = layout
  const kind = `iso-c${hue % 6}`
  const inside = (value: number) => clamp(x.place(value) ?? left, left, right)
  const parts: string[] = []
  if (summary?.halfWidth != null) {
    const [x1, x2] = [inside(summary.mean - summary.halfWidth), inside(summary.mean + summary.halfWidth)]
    const words = `${where}: ${shownValue(summary.mean, spec.x)} ± ${shownValue(summary.halfWidth, spec.x)}`
    parts.push(element('line', { class: `iso-bar ${kind}`, x1, x2, y1: y, y2: y }, tooltip(words)))
  }
  if (summary !== null) {
    parts.push(mark([inside(summary.mean), y], hue, 4, tooltip(`${where}: ${shownValue(summary.mean, spec.x)}`)))
  }
  const lost = dots.filter(isBroken)
  lost.forEach((dot, rank) => {
    const apart = (rank - (lost.length - 1) / 2) * 10
    parts.push(cross([strip + apart, y], hue, 3.2, tooltip(`${where}, ${dot.label}: ${spec.broken ?? 'no value'}`)))
  })
  for (const dot of dots) {
    if (dots.length < 2 || dot.value === null || isBroken(dot)) continue
    // The dot of a run is drawn below the mean, because the mark of the mean would cover the dots of seeds with nearly
    // equal values.
    const at = { cx: inside(dot.value), cy: y + 5.5, r: 1.8 }
    parts.push(
      element(
        'circle',
        { class: `iso-dot ${kind}`, ...at },
        tooltip(`${where}, ${dot.label}: ${shownValue(dot.value, spec.x)}`),
      ),
    )
  }
  return parts.join('')
}
