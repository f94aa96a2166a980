/** Lines in a line of text: a character for each part of the way, as high as the value there. */

import { isDrawable } from './text.ts'

type Domain = readonly [low: number, high: number]

const HEIGHTS = '▁▂▃▄▅▆▇█'
/** What stands where there is no value, and where it isn't finite. */
const ABSENT = '·'
const BROKEN = '×'

export interface SparkScale {
  readonly scale: 'log' | 'linear'
  readonly domain: Domain
}

/** A line of one character for each value; undefined is left blank. */
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

/** The values stretched, or thinned out, to `width` of them, the first and the last kept. */
export function stretched<Value>(values: readonly Value[], width: number): Value[] {
  if (values.length === 0) return []
  return Array.from({ length: width }, (_, index) => values[Math.round((index * (values.length - 1)) / (width - 1))])
}

/** What a curve is at `width` places from step 0 to `last`: the latest value there, undefined once it has ended. */
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
    // A curve's end between two places belongs to the place behind it: a cross there must not be lost.
    const isOver = previous >= end
    previous = step
    return points.length === 0 || isOver ? undefined : points[at].loss
  })
}
