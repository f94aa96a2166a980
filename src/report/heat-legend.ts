/** The legend beside a heat map: a bar of colors with ticks. */
import type { Box } from './frame.ts'
import { heatColor, LEVELS } from './heat-colors.ts'
import { textWidth } from './labels.ts'
import type { AxisScale } from './scale.ts'
import { coordinate, element, label } from './svg.ts'

export interface Legend {
  /** Maps values to positions from 0 (top of the color bar) to 1 (bottom of the color bar). */
  readonly scale: AxisScale
  readonly hasMissing: boolean
}

const GAP = 16
const BAR = 12
const MISSING_WORDS = 'no value'

/** Width of the legend at the right of the heat map, in pixels. */
export function legendWidth({ scale, hasMissing }: Legend): number {
  const texts = [...scale.ticks.map((tick) => tick.label), ...(hasMissing ? [MISSING_WORDS] : [])]
  return GAP + BAR + 7 + Math.ceil(Math.max(0, ...texts.map((text) => textWidth(text, 11.5))))
}

/**
 * Draws the color bar with its ticks. If the heat map has missing values, a sample of a missing value is drawn below
 * the color bar.
 */
export function drawLegend({ right, top, bottom }: Box, { scale, hasMissing }: Legend): string {
  const left = right + GAP
  const foot = hasMissing ? bottom - BAR - 14 : bottom
  const at = (part: number) => top + part * (foot - top)
  const colors = Array.from({ length: LEVELS }, (_, level) => {
    const [low, high] = [at(1 - level / LEVELS), at(1 - (level + 1) / LEVELS)].map(coordinate)
    const d = `M${coordinate(left)} ${low}h${BAR}V${high}h-${BAR}z`
    return element('path', { class: 'iso-cell', fill: heatColor(level), d })
  })
  const ticks = scale.ticks.map((tick) => {
    const y = at(scale.place(tick.value) ?? 1)
    const line = element('line', { class: 'iso-axis', x1: left + BAR, x2: left + BAR + 4, y1: y, y2: y })
    return line + label(tick.label, { class: 'iso-note', x: left + BAR + 7, y: y + 4 })
  })
  return [...colors, ...ticks, hasMissing ? drawMissing(left, bottom - BAR) : ''].join('')
}

function drawMissing(left: number, top: number): string {
  const middle = top + BAR / 2
  return [
    element('rect', { class: 'iso-cell', x: left, y: top, width: BAR, height: BAR, fill: 'var(--iso-grid)' }),
    element('path', { class: 'iso-none', 'stroke-width': BAR, d: `M${coordinate(left)} ${coordinate(middle)}h${BAR}` }),
    label(MISSING_WORDS, { class: 'iso-note', x: left + BAR + 7, y: middle + 4 }),
  ].join('')
}
