/** Sparklines: curves in one line of text. Each character is a block whose height shows one value. */
import { isDrawable } from './text.ts'

type Domain = readonly [low: number, high: number]

const HEIGHTS = '▁▂▃▄▅▆▇█'
/** Character of a sparkline for a missing value, null. */
const ABSENT = '·'
/** Character of a sparkline for a value that isn't finite. */
const BROKEN = '×'

export interface SparkScale {
  readonly scale: 'log' | 'linear'
  readonly domain: Domain
}

/** A sparkline with one character for each value. A sparkline shows the value undefined as a space. */
export function sparkline(values: readonly (number | null | undefined)[], { scale, domain }: SparkScale): string {
  const map =
    scale === 'log' ? (value: number) => Math.log10(Math.max(value, Number.MIN_VALUE)) : (value: number) => value
  const [low, high] = domain.map(map)
  return values
    .map((value) => {
      if (value === undefined) return ' '
      if (value === null) return ABSENT
      if (!isDrawable(value)) return BROKEN
      const part = (map(value) - low) / (high - low)
      return HEIGHTS[Math.round(Math.min(Math.max(part, 0), 1) * (HEIGHTS.length - 1))]
    })
    .join('')
}

/**
 * A list of `width` values, made from `values` by repeating or leaving out values. The first and the last of `values`
 * are never left out.
 */
export function stretched<Value>(values: readonly Value[], width: number): Value[] {
  if (values.length === 0) return []
  return Array.from({ length: width }, (_, index) => values[Math.round((index * (values.length - 1)) / (width - 1))])
}

/**
 * The values of a curve at `width` evenly spaced steps from step 0 to step `last`. Each step gets the latest value that
 * the curve has at or before the step. Steps after the curve's end have the value undefined.
 */
export function sampled(
  points: readonly { readonly step: number; readonly loss: number }[],
  last: number,
  width: number,
): (number | undefined)[] {
  const end = points.at(-1)?.step ?? -1
  let at = 0
  let previous = -1
  return Array.from({ length: width }, (_, index) => {
    const step = width < 2 ? last : (index * last) / (width - 1)
    while (at + 1 < points.length && points[at + 1].step <= step) at++
    // If a curve ends between two of the steps, the later step gets the curve's final value, so that a final value of
    // NaN isn't lost.
    const isOver = previous >= end
    previous = step
    return points.length === 0 || isOver ? undefined : points[at].loss
  })
}
