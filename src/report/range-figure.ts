/**
 * Range figures, which draw several groups side by side in each of several ordered categories. In a range figure, a dot
 * is a run, a mark is a mean, and a bar is an interval.
 */
import { createFrame, drawColumns, drawNames, drawReferences, type Frame, type Reference } from './frame.ts'
import {
  drawGroup,
  isBroken,
  type RangeCell,
  type RangeDot,
  STRIP_RISE,
  shownValue,
  summarizeCell,
} from './range-group.ts'
import { type Axis, axisLabel, domainOf, roundOutward } from './scale.ts'
import { coordinate, element, figure, label } from './svg.ts'
import type { Domain } from './ticks.ts'

export type { RangeDot } from './range-group.ts'

export interface RangeGroup {
  readonly name: string
  /** The runs of the group in each category, in the order of the categories. */
  readonly cells: readonly (readonly RangeDot[])[]
}

export interface RangePanel {
  readonly heading: string
  readonly groups: readonly RangeGroup[]
  /** References of this panel, in place of those of the figure. */
  readonly references?: readonly Reference[]
}

export interface RangeFigure {
  readonly title: string
  readonly description: string
  /** The label of the x axis and the ordered categories. */
  readonly x: { readonly label: string; readonly unit?: string; readonly categories: readonly string[] }
  /** The y axis, which all panels share. */
  readonly y: Axis
  readonly panels: readonly RangePanel[]
  readonly references?: readonly Reference[]
  /** The word for a run without a value, for example `diverged`. */
  readonly broken?: string
  /** Explanations of the group names, one line for each name, below the panels of an SVG file. */
  readonly key?: readonly string[]
  /** Width of one panel, in pixels. */
  readonly width?: number
  readonly height?: number
}

const GAP = 28
const KEY_LINE = 18

/** Draws all panels of a range figure in one row, as one SVG file. */
export function rangeFigure(spec: RangeFigure): string {
  const { width = 440, height = 320, key = [] } = spec
  const panels = drawPanels(spec, width, height)
  const placed = panels.map((panel, index) => {
    return element('g', { transform: `translate(${coordinate(index * (width + GAP))} 0)` }, panel)
  })
  const lines = key.map((text, index) => label(text, { class: 'iso-note', x: 0, y: height + KEY_LINE * (index + 0.8) }))
  const size = {
    width: Math.max(1, panels.length) * (width + GAP) - GAP,
    height: height + KEY_LINE * (key.length + (key.length > 0 ? 0.5 : 0)),
  }
  return figure(size, spec, ...placed, ...lines)
}

/**
 * Draws one SVG for each panel of a range figure, with the same scale in all panels. Separate figures let a narrow page
 * stack the panels.
 */
export function rangePanels(spec: RangeFigure): string[] {
  const { width = 440, height = 320 } = spec
  return drawPanels(spec, width, height).map((panel, index) => {
    const title = `${spec.title}: ${spec.panels[index].heading}`
    return figure({ width, height }, { title, description: spec.description }, panel)
  })
}

function drawPanels(spec: RangeFigure, width: number, height: number): string[] {
  const cells = spec.panels.map((panel) => panel.groups.map((group) => group.cells.map(summarizeCell)))
  const all = cells.flat(2)
  const domain = spec.y.domain ?? rangeDomain(all)
  const strip = all.some((cell) => cell.dots.some(isBroken)) ? 22 : 0
  return spec.panels.map((panel, index) => drawPanel(spec, panel, cells[index], { width, height, domain, strip }))
}

/**
 * Returns the y domain. If no value is negative, the y domain starts at 0, and intervals that reach below 0 are cut off
 * at 0.
 */
function rangeDomain(cells: readonly RangeCell[]): Domain {
  const values = cells.flatMap((cell) => cell.dots.map((dot) => dot.value))
  const ends = cells.flatMap(({ summary }) => {
    if (summary?.halfWidth == null) return []
    return [summary.mean - summary.halfWidth, summary.mean + summary.halfWidth]
  })
  const [low] = domainOf(values)
  const [widest, high] = domainOf([...values, ...ends])
  return roundOutward([low >= 0 ? 0 : widest, high], 'linear', 5)
}

interface PanelSize {
  readonly width: number
  readonly height: number
  readonly domain: Domain
  readonly strip: number
}

function drawPanel(spec: RangeFigure, panel: RangePanel, cells: readonly RangeCell[][], size: PanelSize): string {
  const { x, y, broken = 'no value' } = spec
  const references = panel.references ?? spec.references ?? []
  const ends = cells.map(endOf)
  const texts = ends.map(({ mean }, index) => {
    const { name } = panel.groups[index]
    return mean === null ? name : `${name} ${shownValue(mean, y)}`
  })
  const strip = size.strip === 0 ? [] : [broken]
  const names = [...texts, ...references.map((reference) => reference.label), ...strip]
  const frame = createFrame({ ...size, heading: panel.heading, y, names })
  const { box } = frame
  const step = (box.right - box.left) / x.categories.length
  const columns = x.categories.map((category, index) => ({
    value: index,
    label: category,
    at: box.left + (index + 0.5) * step,
  }))
  const offset = Math.min(26, (step * 0.68) / Math.max(1, panel.groups.length))
  const groups = panel.groups.map((group, index) => {
    const shift = (index - (panel.groups.length - 1) / 2) * offset
    const centers = columns.map((column) => column.at + shift)
    const where = (category: number) => `${group.name}, ${x.label} ${x.categories[category]}`
    return drawGroup(cells[index], { frame, axis: y, hue: index, centers, spacing: offset, where, broken })
  })
  const guide = drawReferences(frame, references)
  const endNames = ends.map(({ place }, index) => {
    return { text: texts[index], color: index, y: frame.y.place(place) ?? box.top }
  })
  return [
    frame.markup,
    size.strip === 0 ? '' : drawStrip(frame, broken),
    guide.markup,
    ...groups,
    drawColumns(box, columns, axisLabel(x)),
    drawNames(box, [...endNames, ...guide.names]),
  ].join('')
}

/**
 * Returns the mean of a group in the last category, or null if a run failed there. The name of the group is written at
 * `place`, which is the last mean or, if later categories have runs without a mean, the last run.
 */
function endOf(cells: readonly RangeCell[]): { mean: number | null; place: number | null } {
  const last = cells.findLast((cell) => cell.dots.some((dot) => !isBroken(dot)))
  const place = last?.summary?.mean ?? last?.dots.findLast((dot) => !isBroken(dot))?.value ?? null
  return { mean: cells.at(-1)?.summary?.mean ?? null, place }
}

/** Draws the row above the plot for runs without a value. */
function drawStrip({ box }: Frame, words: string): string {
  const y = box.top - STRIP_RISE
  const text = label(words, { class: 'iso-note', x: box.right + 8, y: y + 4 })
  return element('line', { class: 'iso-grid', x1: box.left, x2: box.right, y1: y, y2: y }) + text
}
