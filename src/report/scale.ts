/**
 * Maps values to pixel positions in a figure. A value that is not finite, or not positive on a log axis, is mapped to
 * null.
 */
import { isDrawable } from '../format/text.ts'
import { type Domain, labelTicks, linearTicks, logTicks, roundStep, type Tick } from './ticks.ts'

/** An axis of a figure. If `percent` is true, the values are fractions, and the labels show percentages. */
export interface Axis {
  readonly label: string
  /** The unit, shown in parentheses after the label. */
  readonly unit?: string
  readonly scale?: 'linear' | 'log'
  /** The range of the axis, by default the range of all values. The default range of a y axis is rounded outward. */
  readonly domain?: Domain
  readonly percent?: boolean
  /** Whether the values are whole numbers, so that ticks lie only on whole numbers. */
  readonly whole?: boolean
}

export interface AxisScale {
  readonly domain: Domain
  readonly ticks: readonly Tick[]
  place(value: number | null | undefined): number | null
}

/** The label of an axis, followed by its unit in parentheses. */
export function axisLabel(axis: Axis): string {
  const unit = axis.unit ?? (axis.percent ? '%' : undefined)
  return unit === undefined ? axis.label : `${axis.label} (${unit})`
}

/**
 * Returns the range of the given values, without the values that the axis cannot show. The range is never empty and
 * never has width 0.
 */
export function domainOf(values: Iterable<number | null | undefined>, kind: 'linear' | 'log' = 'linear'): Domain {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (!isDrawable(value) || (kind === 'log' && value <= 1e-150)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return kind === 'log' ? [0.1, 1] : [0, 1]
  // Values that differ by at most a relative 1e-9 differ only by rounding, and all ticks between them would have the
  // same label.
  if (high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high))) return [low, high]
  if (kind === 'log') return [low / 2, high * 2]
  return low === 0 ? [0, 1] : [low - Math.abs(low) / 2, high + Math.abs(high) / 2]
}

/** Moves both ends of a domain outward to round values. */
export function roundOutward([low, high]: Domain, kind: 'linear' | 'log', count: number): Domain {
  if (kind === 'linear') {
    const step = roundStep(high - low, count)
    return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step]
  }
  return [roundLog(low, Math.floor), roundLog(high, Math.ceil)]
}

/** Rounds a value to 1, 2 or 5 times a power of ten: up for Math.ceil, down for Math.floor. */
function roundLog(value: number, round: (position: number) => number): number {
  const exponent = Math.floor(Math.log10(value) + 1e-9)
  const steps = [0, Math.log10(2), Math.log10(5), 1]
  const part = Math.log10(value) - exponent
  const inside =
    round === Math.ceil ? steps.find((step) => step >= part - 1e-9) : steps.findLast((step) => step <= part + 1e-9)
  return Number((10 ** (exponent + (inside ?? 0))).toPrecision(1))
}

/** Creates a scale from a domain to a range of pixels, with about `count` ticks. */
export function createScale(axis: Axis, domain: Domain, range: readonly [number, number], count: number): AxisScale {
  const kind = axis.scale ?? 'linear'
  const map = kind === 'log' ? Math.log10 : (value: number) => value
  const low = map(domain[0])
  const ratio = (range[1] - range[0]) / (map(domain[1]) - low)
  const most = axis.whole ? Math.min(count, domain[1] - domain[0]) : count
  const values = kind === 'log' ? logTicks(domain, most) : percentTicks(domain, most, axis.percent === true)
  return {
    domain,
    ticks: labelTicks(values, kind, axis.percent === true),
    place(value) {
      if (!isDrawable(value) || (kind === 'log' && value <= 0)) return null
      return range[0] + (map(value) - low) * ratio
    },
  }
}

function percentTicks(domain: Domain, count: number, percent: boolean): number[] {
  if (!percent) return linearTicks(domain, count)
  return linearTicks([domain[0] * 100, domain[1] * 100], count).map((value) => value / 100)
}
