/** One group of a range figure: the runs, their means and their intervals. */
import { formatNumber, formatPercent } from '../format/text.ts'
import { type Summary, summarize } from '../numerics/statistics.ts'
import { splitAtGaps } from './decimate.ts'
import { clamp, type Frame } from './frame.ts'
import type { Axis } from './scale.ts'
import { cross, element, type FigurePoint, mark, pathThrough, tooltip } from './svg.ts'

/**
 * One run of a range figure. A value that is null or not finite marks a failed run, which is drawn as a cross outside
 * the plot.
 */
export interface RangeDot {
  /** The name of the run in tooltips, for example `seed 2`. */
  readonly label: string
  readonly value: number | null
}

/** The runs of a group in one category, and their mean and interval. */
export interface RangeCell {
  readonly dots: readonly RangeDot[]
  /** The mean, or null if a run failed: a mean over the other runs would look too good. */
  readonly summary: Summary | null
}

/** Height above the plot at which runs without a value are drawn, in pixels. */
export const STRIP_RISE = 16

export function summarizeCell(dots: readonly RangeDot[]): RangeCell {
  return { dots, summary: dots.some(isBroken) ? null : summarize(dots.map((dot) => dot.value)) }
}

export function isBroken({ value }: RangeDot): boolean {
  return value === null || !Number.isFinite(value)
}

/** Formats a value as text, in the number format of its axis. */
export function shownValue(value: number, axis: Axis): string {
  return axis.percent ? formatPercent(value, value > 0 && value < 0.1 ? 1 : 0) : formatNumber(value)
}

/** The position of a group in a figure, and the words of its tooltips. */
export interface GroupContext {
  readonly frame: Frame
  readonly axis: Axis
  readonly hue: number
  /** The x position of each category, in pixels. */
  readonly centers: readonly number[]
  /** Distance between neighboring groups of one category, in pixels. */
  readonly spacing: number
  /** Returns the name of the group with the name of a category, for tooltips. */
  readonly where: (category: number) => string
  /** The word for runs without a value, for example `diverged`. */
  readonly broken: string
}

/** Draws the intervals of a group, then the line through the means, the means and the runs. */
export function drawGroup(cells: readonly RangeCell[], context: GroupContext): string {
  const { frame, axis, hue, centers, spacing, where, broken } = context
  const { box, y } = frame
  const kind = `iso-c${hue % 6}`
  const inside = (value: number) => clamp(y.place(value) ?? box.bottom, box.top, box.bottom)
  const means: (FigurePoint | null)[] = []
  let bars = ''
  let dots = ''
  cells.forEach(({ dots: runs, summary }, index) => {
    const center = centers[index]
    const name = where(index)
    means.push(summary === null ? null : [center, inside(summary.mean)])
    if (summary?.halfWidth != null) {
      const [y1, y2] = [inside(summary.mean - summary.halfWidth), inside(summary.mean + summary.halfWidth)]
      const words = `${name}: ${shownValue(summary.mean, axis)} ± ${shownValue(summary.halfWidth, axis)}`
      bars += element('line', { class: `iso-bar ${kind}`, x1: center, x2: center, y1, y2 }, tooltip(words))
    }
    runs.forEach((run, rank) => {
      if (run.value === null || !Number.isFinite(run.value)) {
        const apart = (rank - (runs.length - 1) / 2) * Math.min(9, spacing / runs.length)
        const words = tooltip(`${name}, ${run.label}: ${broken}`)
        dots += cross([center + apart, box.top - STRIP_RISE], hue, 3.2, words)
      } else if (runs.length > 1) {
        // The dot of a run is drawn beside the mean, because the mark of the mean would cover the dots of seeds with
        // nearly equal values.
        const words = tooltip(`${name}, ${run.label}: ${shownValue(run.value, axis)}`)
        const at = { cx: center - spacing * 0.34, cy: inside(run.value), r: 2.2 }
        dots += element('circle', { class: `iso-dot ${kind}`, ...at }, words)
      }
    })
  })
  // The line has a gap where a category has no mean.
  const pieces = splitAtGaps(means).filter(({ length }) => length > 1)
  const d = pieces.map((piece) => pathThrough(piece)).join('')
  const line = d === '' ? '' : element('path', { class: `iso-line iso-thin ${kind}`, d })
  return bars + line + means.map((mean) => (mean === null ? '' : mark(mean, hue, 4))).join('') + dots
}
