/**
 * Heat maps of a quantity by layer and step. Rows are layers, with the first layer at the top, and columns are steps.
 */
import { formatFixed, formatNumber } from '../format/text.ts'
import { type Box, drawColumns } from './frame.ts'
import { binned, binSize, type Grid, levelOf, NO_LEVEL, patches, starts } from './heat-cells.ts'
import { heatColor } from './heat-colors.ts'
import { drawLegend, legendWidth } from './heat-legend.ts'
import { fitted, textWidth } from './labels.ts'
import { type Axis, createScale, domainOf } from './scale.ts'
import { coordinate, element, figure, label, tooltip } from './svg.ts'
import { type Domain, roundStep } from './ticks.ts'

export interface HeatMap {
  readonly title: string
  /** A description of the figure in words, for readers who cannot see the figure. */
  readonly description: string
  readonly scale: 'log' | 'linear'
  /** The range of values that the colors span. By default, the colors span the range of all values. */
  readonly domain?: Domain
  /** The training step of each column. */
  readonly steps: readonly number[]
  /** The layer name of each row, from top to bottom. */
  readonly layers: readonly string[]
  /** The values, indexed by column, then by row. A value that is null or not finite is drawn as missing. */
  readonly values: Grid
  readonly width?: number
  readonly height?: number
}

const MOST_ROWS = 120
const MOST_COLUMNS = 100
/** Largest number of ticks on the step axis. */
const MOST_TICKS = 24
const TICK_SIZE = 11.5

/** Draws the heat map as SVG text. */
export function heatMap(spec: HeatMap): string {
  const { width = 440, height = 360, layers, steps } = spec
  const map = prepare(spec)
  const left = Math.ceil(textWidth(formatFixed(layers.length, 0), TICK_SIZE)) + 12
  const scale = legendScale(spec, map.domain, height)
  const legend = { scale, hasMissing: map.levels.some((column) => column.includes(NO_LEVEL)) }
  const box = { width, left, right: width - legendWidth(legend), top: 44, bottom: height - 40 }
  const edge = (index: number, count: number, from: number, to: number) =>
    from + ((to - from) * index) / Math.max(1, count)
  const x = (column: number) => edge(Math.min(column * map.columns, steps.length), steps.length, box.left, box.right)
  const y = (row: number) => edge(Math.min(row * map.rows, layers.length), layers.length, box.top, box.bottom)
  const every = Math.ceil(map.columnStarts.length / MOST_TICKS)
  const ticks = map.columnStarts.flatMap((start, index) => {
    if (index % every !== 0) return []
    return [{ value: start, label: formatFixed(steps[start], 0), at: (x(index) + x(index + 1)) / 2 }]
  })
  return figure(
    { width, height },
    { title: spec.title, description: [spec.description, ...notesOf(map)].join(' ') },
    label(fitted(spec.title, width, 13.5, true), { class: 'iso-heading', x: 0, y: 14 }),
    label('Layer', { class: 'iso-note', x: 0, y: 31 }),
    drawCells(map, x, y),
    drawRowTicks(box, layers.length),
    drawColumns(box, ticks, isEven(steps) ? 'Step' : 'Step (as measured, not to scale)'),
    drawProbes(spec, map, box, y),
    drawLegend(box, legend),
  )
}

/** Notes for the reader: how many layers or steps share a cell, and whether values lie outside the color scale. */
export function heatNotes(spec: HeatMap): string[] {
  return notesOf(prepare(spec))
}

function notesOf({ rows, columns, domain, cells }: Prepared): string[] {
  const [low, high] = domain
  const beyond = cells.flat().some((cell) => cell !== null && Number.isFinite(cell) && (cell < low || cell > high))
  return [
    ...(rows === 1 ? [] : [`Each row is the median of ${rows} layers.`]),
    ...(columns === 1 ? [] : [`Each column is the median of ${columns} measured steps.`]),
    ...(beyond ? ['Values outside the color scale have the color of the nearest end.'] : []),
  ]
}

interface Prepared {
  /** Number of layers in one row of cells. */
  readonly rows: number
  /** Number of steps in one column of cells. */
  readonly columns: number
  readonly rowStarts: readonly number[]
  readonly columnStarts: readonly number[]
  readonly cells: Grid
  readonly domain: Domain
  readonly levels: readonly (readonly number[])[]
}

function prepare({ layers, steps, values, scale, domain }: HeatMap): Prepared {
  const rows = binSize(layers.length, MOST_ROWS)
  const columns = binSize(steps.length, MOST_COLUMNS)
  const grid = steps.map((_, index) => values[index] ?? [])
  const cells = binned(grid, layers.length, columns, rows)
  const span = domain ?? domainOf(cells.flat(), scale)
  return {
    rows,
    columns,
    rowStarts: starts(layers.length, rows),
    columnStarts: starts(steps.length, columns),
    cells,
    domain: span,
    levels: cells.map((column) => column.map((cell) => levelOf(cell, scale, span))),
  }
}

function legendScale({ scale }: HeatMap, domain: Domain, height: number) {
  const axis: Axis = { label: '', scale }
  // The color scale maps values to 0..1, because the legend computes its own pixel positions and leaves room for the
  // sample of a missing value.
  return createScale(axis, domain, [1, 0], Math.max(2, Math.floor((height - 84) / 46)))
}

/**
 * Draws one path for each color. A path with many rectangles takes far less text than one element for each rectangle.
 */
function drawCells({ levels, rowStarts }: Prepared, x: (column: number) => number, y: (row: number) => number): string {
  const paths = new Map<string, string>()
  const stripes = new Map<string, string>()
  const add = (to: Map<string, string>, key: string, d: string) => to.set(key, (to.get(key) ?? '') + d)
  for (const patch of patches(levels, rowStarts.length)) {
    // The edges of a patch are rounded first, so neighboring rectangles share an edge exactly.
    const [left, right, top, bottom] = [x(patch.left), x(patch.right), y(patch.top), y(patch.bottom)].map(tenth)
    const [width, height] = [coordinate(right - left), coordinate(bottom - top)]
    const color = patch.level === NO_LEVEL ? 'var(--iso-grid)' : heatColor(patch.level)
    add(paths, color, `M${coordinate(left)} ${coordinate(top)}h${width}v${height}h-${width}z`)
    if (patch.level === NO_LEVEL)
      add(stripes, height, `M${coordinate(left)} ${coordinate((top + bottom) / 2)}h${width}`)
  }
  const filled = [...paths].map(([fill, d]) => element('path', { class: 'iso-cell', fill, d }))
  const striped = [...stripes].map(([height, d]) => {
    return element('path', { class: 'iso-none', 'stroke-width': height, d })
  })
  return [...filled, ...striped].join('')
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}

/** Draws the ticks of the layer axis: the first layer, and as many round numbers as fit. */
function drawRowTicks(box: Box, count: number): string {
  const height = box.bottom - box.top
  const step = Math.max(1, Math.round(roundStep(count, height / 36)))
  const rounds = Array.from({ length: Math.floor(count / step) }, (_, index) => (index + 1) * step)
  const numbers = count === 0 ? [] : [1, ...rounds.filter((number) => number > 1 && number - 1 >= step / 2)]
  return numbers
    .map((number) => {
      const y = box.top + ((number - 0.5) / count) * height
      const line = element('line', { class: 'iso-axis', x1: box.left - 4, x2: box.left, y1: y, y2: y })
      const words = { class: 'iso-note', x: box.left - 7, y: y + 4, 'text-anchor': 'end' }
      return line + label(formatFixed(number, 0), words)
    })
    .join('')
}

/** Draws invisible rectangles whose tooltips show the name of a row and the first and last value of the row. */
function drawProbes({ layers, steps }: HeatMap, map: Prepared, box: Box, y: (row: number) => number): string {
  const lastColumn = map.columnStarts.length - 1
  if (lastColumn < 0) return ''
  return map.rowStarts
    .map((start, row) => {
      const end = Math.min(start + map.rows, layers.length) - 1
      const name = start === end ? layers[start] : `${layers[start]} to ${layers[end]}`
      const value = (column: number) => {
        return `${formatNumber(map.cells[column][row])} at step ${formatFixed(steps[map.columnStarts[column]], 0)}`
      }
      const values = lastColumn === 0 ? value(0) : `${value(0)}, ${value(lastColumn)}`
      const place = { x: box.left, y: y(row), width: box.right - box.left, height: y(row + 1) - y(row) }
      return element('rect', { class: 'iso-probe', ...place }, tooltip(`${name}: ${values}`))
    })
    .join('')
}

/** Whether the steps are about equally spaced, so the step axis is to scale. */
function isEven(steps: readonly number[]): boolean {
  const gaps = steps.slice(1).map((step, index) => step - steps[index])
  return gaps.length === 0 || Math.max(...gaps) <= 1.5 * Math.min(...gaps)
}
