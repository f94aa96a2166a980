/** One group of a range figure: its runs, their means and intervals. */
import { formatNumber, formatPercent } from '../format/text.ts'
import { type Summary, summarize } from '../numerics/statistics.ts'
import { clamp, type Frame } from './frame.ts'
import type { Axis } from './scale.ts'
import { cross, element, type FigurePoint, mark, pathThrough, tooltip } from './svg.ts'

/** One run; a value that is null or not finite is a run that broke off, and stands as a cross above the plot. */
export interface RangeDot {
  /** Shown on hovering, for example `seed 2`. */
  readonly label: string
  readonly value: number | null
}

/** The runs of a group in one category, and what they say together. */
export interface RangeCell {
  readonly dots: readonly RangeDot[]
  readonly summary: Summary | null
}

/** How far above the plot the runs without a value stand. */
export const STRIP_RISE = 16

export function summarizeCell(dots: readonly RangeDot[]): RangeCell {
  return { dots, summary: summarize(dots.map((dot) => dot.value)) }
}

export function isBroken({ value }: RangeDot): boolean {
  return value === null || !Number.isFinite(value)
}

/** A value in words, as its axis shows values. */
export function shownValue(value: number, axis: Axis): string {
  return axis.percent ? formatPercent(value, value > 0 && value < 0.1 ? 1 : 0) : formatNumber(value)
}

/** Where a group is drawn, and the words for what is seen on hovering. */
export interface GroupContext {
  readonly frame: Frame
  readonly axis: Axis
  readonly hue: number
  /** The places of the categories along x. */
  readonly centers: readonly number[]
  /** How far groups of one category are apart. */
  readonly spacing: number
  /** Names the group and one of the categories. */
  readonly where: (category: number) => string
  /** What runs without a value did. */
  readonly broken: string
}

/** Draws the intervals, then the means and the line through them, then the runs. */
export function drawGroup(cells: readonly RangeCell[], context: GroupContext): string {
  const { frame, axis, hue, centers, spacing, where, broken } = context
  const { box, y } = frame
  const kind = `iso-c${hue % 6}`
  const inside = (value: number) => clamp(y.place(value) ?? box.bottom, box.top, box.bottom)
  const means: FigurePoint[] = []
  let bars = ''
  let dots = ''
  cells.forEach(({ dots: runs, summary }, index) => {
    const center = centers[index]
    const name = where(index)
    if (summary !== null) means.push([center, inside(summary.mean)])
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
        // Beside the mean, not under it: where the seeds agree, all would be one blot.
        const words = tooltip(`${name}, ${run.label}: ${shownValue(run.value, axis)}`)
        const at = { cx: center - spacing * 0.34, cy: inside(run.value), r: 2.2 }
        dots += element('circle', { class: `iso-dot ${kind}`, ...at }, words)
      }
    })
  })
  const line = means.length < 2 ? '' : element('path', { class: `iso-line iso-thin ${kind}`, d: pathThrough(means) })
  return bars + line + means.map((mean) => mark(mean, hue, 4)).join('') + dots
}
