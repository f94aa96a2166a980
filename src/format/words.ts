/** Numbers and lists as words in sentences. */
import { formatPercent } from './text.ts'

/**
 * A whole number with commas, such as `1,000,000`. `toLocaleString` isn't used, because its first call loads data about
 * languages, which adds 15 ms to the start of the program.
 */
export function grouped(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A number with three significant digits, or with a power of ten such as `1.2e-7` below 1e-3 and from 1e5. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'no number' : value > 0 ? 'infinity' : '-infinity'
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e5) return String(Number(value.toPrecision(3)))
  return value.toExponential(1).replace('e+', 'e')
}

/** A fraction (0..1) as percent, such as `12.3%`. */
export function percent(fraction: number): string {
  return Number.isFinite(fraction) ? formatPercent(fraction) : 'unknown'
}

/** A mean with the half width of its interval, such as `0.123 ± 0.004`, or only the mean if there is no interval. */
export function withInterval(mean: number, halfWidth: number | null): string {
  return halfWidth === null ? number(mean) : `${number(mean)} ± ${number(halfWidth)}`
}

/** A list of words, such as `a, b and c`. */
export function listed(words: readonly string[]): string {
  return joined(words, 'and')
}

/** A list of words of which one is to be chosen, such as `a, b or c`. */
export function alternatives(words: readonly string[]): string {
  return joined(words, 'or')
}

function joined(words: readonly string[], last: string): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} ${last} ${words[words.length - 1]}`
}

/** A count with its noun, such as `1 layer` or `12 layers`. */
export function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`
}

/** Joins words to a choice, such as `red, green or blue`. */
export function oneOfWords(words: readonly string[]): string {
  const last = words.length - 1
  return last < 1 ? words.join('') : `${words.slice(0, last).join(', ')} or ${words[last]}`
}
