/** Numbers as sentences have them. */
import { formatPercent } from './text.ts'

/** `1,000,000` of a whole number. `toLocaleString` reads tables of languages first, which takes 15 ms of a start. */
export function grouped(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Three significant digits; `1.2e-7` where it is tiny or huge. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'no number' : value > 0 ? 'infinity' : '-infinity'
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e5) return String(Number(value.toPrecision(3)))
  return value.toExponential(1).replace('e+', 'e')
}

/** `12.3%` of a fraction. */
export function percent(fraction: number): string {
  return Number.isFinite(fraction) ? formatPercent(fraction) : 'an unknown share'
}

/** `0.123 ± 0.004`, or the value alone where there is no interval. */
export function withInterval(mean: number, halfWidth: number | null): string {
  return halfWidth === null ? number(mean) : `${number(mean)} ± ${number(halfWidth)}`
}

/** `a, b and c` */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`
}

/** `1 layer`, `12 layers` */
export function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`
}
