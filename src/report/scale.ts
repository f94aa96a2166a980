/** From values to places in a figure. A value that has no place (not finite, or not positive on a log axis) gives null. */
import { isDrawable } from '../format/text.ts'
import { type Domain, labelTicks, linearTicks, logTicks, roundStep, type Tick } from './ticks.ts'

/** What an axis shows. `percent`: the values are fractions and are shown times 100 with a percent sign. */
export interface Axis {
  readonly label: string
  /** Shown in brackets after the label. */
  readonly unit?: string
  readonly scale?: 'linear' | 'log'
  /** What the axis spans; by default all values, rounded outward for y. */
  readonly domain?: Domain
  readonly percent?: boolean
  /** Whether the values are counts, with nothing between them to mark. */
  readonly whole?: boolean
}

export interface AxisScale {
  readonly domain: Domain
  readonly ticks: readonly Tick[]
  place(value: number | null | undefined): number | null
}

/** The label of an axis with its unit. */
export function axisLabel(axis: Axis): string {
  const unit = axis.unit ?? (axis.percent ? '%' : undefined)
  return unit === undefined ? axis.label : `${axis.label} (${unit})`
}

/** The span of the values an axis of this kind can show; never empty, and never of width 0. */
export function domainOf(values: Iterable<number | null | undefined>, kind: 'linear' | 'log' = 'linear'): Domain {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (!isDrawable(value) || (kind === 'log' && value <= 1e-150)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return kind === 'log' ? [0.1, 1] : [0, 1]
  // Values this close are one value in rounding: ticks between them would all read the same.
  if (high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high))) return [low, high]
  if (kind === 'log') return [low / 2, high * 2]
  return low === 0 ? [0, 1] : [low - Math.abs(low) / 2, high + Math.abs(high) / 2]
}

/** The domain with both ends moved out to round values. */
export function roundOutward([low, high]: Domain, kind: 'linear' | 'log', count: number): Domain {
  if (kind === 'linear') {
    const step = roundStep(high - low, count)
    return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step]
  }
  return [roundLog(low, Math.floor), roundLog(high, Math.ceil)]
}

/** The next 1, 2 or 5 times a power of ten at or beyond a value, in the direction of `round`. */
function roundLog(value: number, round: (position: number) => number): number {
  const exponent = Math.floor(Math.log10(value) + 1e-9)
  const steps = [0, Math.log10(2), Math.log10(5), 1]
  const part = Math.log10(value) - exponent
  const inside =
    round === Math.ceil ? steps.find((step) => step >= part - 1e-9) : steps.findLast((step) => step <= part + 1e-9)
  return Number((10 ** (exponent + (inside ?? 0))).toPrecision(1))
}

/** A scale from a domain to a range of pixels, with about `count` ticks. */
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
