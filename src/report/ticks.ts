/** The ticks of an axis: a readable number of round values, with labels of equal precision. */
import { formatFixed } from '../format/text.ts'

export interface Tick {
  readonly value: number
  readonly label: string
}

export type Domain = readonly [low: number, high: number]

/** The step, 1, 2 or 5 times a power of ten, that divides `span` into about `count` parts. */
export function roundStep(span: number, count: number): number {
  const rough = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const ratio = rough / power
  // The thresholds are the geometric means of neighbors among 1, 2, 5 and 10, so the chosen step is the nearest round
  // step on a log scale.
  const factor = ratio < Math.SQRT2 ? 1 : ratio < Math.sqrt(10) ? 2 : ratio < Math.sqrt(50) ? 5 : 10
  return factor * power
}

/** The ticks of a linear axis: all multiples of a round step inside the domain. */
export function linearTicks([low, high]: Domain, count: number): number[] {
  const step = roundStep(high - low, count)
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  const values: number[] = []
  // Dividing 3 by 10 gives 0.3, but multiplying 3 by 0.1 would give 0.30000000000000004.
  const inverse = Math.round(1 / step)
  for (let index = first; index <= last; index++) values.push(step < 1 ? index / inverse : index * step)
  return values
}

/**
 * The ticks of a log axis: powers of ten inside the domain. If there is room, the ticks also include 3 times each power
 * of ten, or 2 and 5 times each power.
 */
export function logTicks([low, high]: Domain, count: number): number[] {
  const decades = Math.log10(high) - Math.log10(low)
  const multiples = decades * 3 <= count + 2 ? [1, 2, 5] : decades * 2 <= count + 2 ? [1, 3] : [1]
  const stride = Math.max(1, Math.ceil(decades / count))
  const values: number[] = []
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.ceil(Math.log10(high)); exponent++) {
    if (((exponent % stride) + stride) % stride !== 0) continue
    for (const multiple of multiples) {
      const value = Number(`${multiple}e${exponent}`)
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) values.push(value)
    }
  }
  return values
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹'

function power(value: number): string {
  const [mantissa, exponent] = value.toExponential().split('e')
  const sign = exponent.startsWith('-') ? '⁻' : ''
  const digits = [...exponent.replace(/\D/g, '')].map((digit) => SUPERSCRIPTS[Number(digit)]).join('')
  return `${mantissa === '1' ? '' : `${mantissa}×`}10${sign}${digits}`
}

/** The labels of ticks, with equally many decimals, or as powers of ten for very large and small numbers. */
export function labelTicks(values: readonly number[], kind: 'linear' | 'log', percent: boolean): Tick[] {
  const shown = percent ? values.map((value) => value * 100) : values
  const unit = percent ? '%' : ''
  const largest = Math.max(0, ...shown.map(Math.abs))
  const smallestGap = Math.min(...shown.slice(1).map((value, index) => value - shown[index]))
  if (kind === 'log' || largest >= 1e7 || (largest > 0 && largest < 1e-3)) {
    return values.map((value, index) => ({ value, label: plainOrPower(shown[index]) + unit }))
  }
  const decimals = Number.isFinite(smallestGap) ? Math.max(0, -Math.floor(Math.log10(smallestGap) + 1e-9)) : 0
  return values.map((value, index) => ({ value, label: formatFixed(shown[index], decimals) + unit }))
}

function plainOrPower(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size < 0.9999e-3 || size >= 1e5)) return power(Number(value.toPrecision(12)))
  return formatFixed(value, Number.isInteger(value) ? 0 : Math.max(0, -Math.floor(Math.log10(size) + 1e-9)))
}
