/** Parts that all figures share: the margins around the plot, axes, reference lines, and names at the right edge. */
import { spread, textWidth } from './labels.ts'
import { type Axis, type AxisScale, axisLabel, createScale } from './scale.ts'
import { element, label } from './svg.ts'
import type { Domain, Tick } from './ticks.ts'

const TICK_SIZE = 11.5
const NAME_SIZE = 12
const NAME_SPACING = 14

/** The edges of the plot, in pixels. */
export interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  /** Width of the whole panel, in pixels. */
  readonly width: number
}

/** A name beside the plot, in the color of the named line. The `color` is null for the name of a reference line. */
export interface Name {
  readonly text: string
  readonly color: number | null
  readonly y: number
}

/** A horizontal reference line. */
export interface Reference {
  readonly label: string
  readonly y: number
}

export interface FrameOptions {
  readonly width: number
  readonly height: number
  readonly heading: string
  readonly y: Axis
  readonly domain: Domain
  /** Names at the right edge of the plot. The right margin of the plot fits the longest name. */
  readonly names: readonly string[]
  /** Height of the free strip above the plot, in pixels. */
  readonly strip: number
}

export interface Frame {
  readonly box: Box
  readonly y: AxisScale
  /** The markup of the heading, the y axis label, the grid and the tick labels. */
  readonly markup: string
}

/** Computes the layout of a panel and draws its heading and y axis. */
export function createFrame(options: FrameOptions): Frame {
  const top = 44 + options.strip
  const bottom = options.height - 40
  const y = createScale(options.y, options.domain, [bottom, top], Math.max(2, Math.floor((bottom - top) / 46)))
  const left = Math.ceil(Math.max(18, ...y.ticks.map((tick) => textWidth(tick.label, TICK_SIZE)))) + 8
  const room = Math.max(0, ...options.names.map((name) => textWidth(name, NAME_SIZE, true)))
  const { width } = options
  const box = { width, left, right: width - Math.max(14, Math.ceil(room) + 10), top, bottom }
  const rows = y.ticks.map((tick) => {
    const at = y.place(tick.value) ?? bottom
    const line = element('line', { class: 'iso-grid', x1: box.left, x2: box.right, y1: at, y2: at })
    return line + label(tick.label, { class: 'iso-note', x: left - 7, y: at + 4, 'text-anchor': 'end' })
  })
  const heading = label(options.heading, { class: 'iso-heading', x: 0, y: 14 })
  const caption = label(axisLabel(options.y), { class: 'iso-note', x: 0, y: 31 })
  return { box, y, markup: heading + caption + rows.join('') }
}

/** Draws the x axis: a base line, ticks, the tick labels that do not touch each other, and the axis label. */
export function drawColumns(box: Box, ticks: readonly (Tick & { readonly at: number })[], caption: string): string {
  const widest = Math.max(0, ...ticks.map((tick) => textWidth(tick.label, TICK_SIZE)))
  const gap = ticks.length < 2 ? Number.POSITIVE_INFINITY : Math.min(...gaps(ticks.map((tick) => tick.at)))
  const every = Math.max(1, Math.ceil((widest + 8) / gap))
  const parts = ticks.map((tick, index) => {
    const line = element('line', { class: 'iso-axis', x1: tick.at, x2: tick.at, y1: box.bottom, y2: box.bottom + 4 })
    if (index % every !== 0) return line
    const half = textWidth(tick.label, TICK_SIZE) / 2
    const x = clamp(tick.at, half, box.width - half)
    return line + label(tick.label, { class: 'iso-note', x, y: box.bottom + 17, 'text-anchor': 'middle' })
  })
  const base = element('line', { class: 'iso-axis', x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom })
  const middle = (box.left + box.right) / 2
  const words = label(caption, { class: 'iso-note', x: middle, y: box.bottom + 34, 'text-anchor': 'middle' })
  return base + parts.join('') + words
}

function gaps(places: readonly number[]): number[] {
  return places.slice(1).map((place, index) => place - places[index])
}

/** Draws names at the right edge of a plot, as near as possible to the named lines. */
export function drawNames(box: Box, names: readonly Name[]): string {
  const wanted = names.map((name) => clamp(name.y, box.top, box.bottom))
  const places = spread(wanted, NAME_SPACING, box.top, box.bottom)
  return names
    .map(({ text, color }, index) => {
      const kind = color === null ? 'iso-note' : `iso-name iso-c${color % 6}`
      return label(text, { class: kind, x: box.right + 8, y: places[index] + 4 })
    })
    .join('')
}

/** Draws dotted lines for the reference values inside the domain, and returns the names to write beside the lines. */
export function drawReferences(frame: Frame, references: readonly Reference[]): { markup: string; names: Name[] } {
  const names: Name[] = []
  let markup = ''
  for (const reference of references) {
    const at = frame.y.place(reference.y)
    if (at === null || at < frame.box.top - 0.5 || at > frame.box.bottom + 0.5) continue
    const { left, right } = frame.box
    markup += element('line', { class: 'iso-reference', x1: left, x2: right, y1: at, y2: at })
    names.push({ text: reference.label, color: null, y: at })
  }
  return { markup, names }
}

/** A position on the x axis that a vertical line marks. */
export interface MarkedColumn {
  readonly label: string
  readonly x: number
}

/**
 * Draws the marked positions as vertical lines with labels in the strip above the plot. `top` is the line of text of the
 * labels. Positions that are equal share a line, and labels never touch each other.
 */
export function drawMarkedColumns(marked: readonly MarkedColumn[], x: AxisScale, box: Box, top: number): string {
  const places = [...new Set(marked.map((one) => one.x))].sort((one, other) => one - other)
  const labels = places.map((place) => {
    const at = x.place(place) ?? 0
    const words = [...new Set(marked.filter((one) => one.x === place).map((one) => one.label))].join(', ')
    return { at, words, width: textWidth(words, TICK_SIZE, true) }
  })
  const starts = labels.map(({ at, width }) => at - width / 2)
  // The labels move to the right until none touches the label before it, and then to the left into the figure.
  for (let index = 1; index < labels.length; index++) {
    starts[index] = Math.max(starts[index], starts[index - 1] + labels[index - 1].width + LABEL_GAP)
  }
  let end = box.right
  for (let index = labels.length - 1; index >= 0; index--) {
    starts[index] = Math.max(0, Math.min(starts[index], end - labels[index].width))
    end = starts[index] - LABEL_GAP
  }
  const drawn = labels.map(({ at, words }, index) => {
    const line = element('line', { class: 'iso-here', x1: at, x2: at, y1: top + 4, y2: box.bottom })
    return line + label(words, { class: 'iso-note iso-strong', x: starts[index], y: Math.min(top, box.top - 8) })
  })
  return drawn.join('')
}

/** Smallest distance between two labels of marked positions, in pixels. */
const LABEL_GAP = 8

/** Clips markup at the edges of the plot. A nested `svg` needs no id, so two figures on a page cannot share an id. */
export function clip(box: Box, ...children: readonly string[]): string {
  const [x, y, width, height] = [box.left, box.top - 2, box.right - box.left + 2, box.bottom - box.top + 4]
  const viewBox = [x, y, width, height].map((value) => Math.round(value * 10) / 10).join(' ')
  return element('svg', { x, y, width, height, viewBox, overflow: 'hidden' }, ...children)
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
