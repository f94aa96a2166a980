/** Text for people and for markup: escaping, and numbers as text. A missing value is shown as a dash, never as NaN. */

export const MISSING = '–'

/** Characters that XML 1.0 can't hold even as references, most of which are control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to drop
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g

/** Makes a text safe inside HTML and SVG, both between tags and inside a quoted attribute. */
export function escapeMarkup(text: string): string {
  return text
    .replace(UNPRINTABLE, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;')
}

/** Control characters except line breaks. Control characters could move a terminal's cursor or change its colors. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to drop
const COMMANDS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g

/** The text without control characters, which a terminal would obey and not show. */
export function plainText(text: string): string {
  return text.replace(COMMANDS, '')
}

/** Whether a chart can show the value. For values beyond 1e150, the arithmetic of a chart's scales would overflow. */
export function isDrawable(value: number | null | undefined): value is number {
  return typeof value === 'number' && Math.abs(value) < 1e150
}

/** From this size on, `toFixed` writes a power of ten instead of all digits. */
const TOO_LARGE_FOR_DIGITS = 1e21

/**
 * A number with commas between groups of three digits, such as `1,234,567`, and a fixed number of decimals. A number
 * from 1e21 on has three digits and a power of ten.
 */
export function formatFixed(value: number, decimals: number): string {
  if (Math.abs(value) >= TOO_LARGE_FOR_DIGITS) return value.toExponential(2).replace('e+', 'e')
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const digits = fraction === undefined ? grouped : `${grouped}.${fraction}`
  return value < 0 && /[1-9]/.test(digits) ? `-${digits}` : digits
}

/** Number of decimals that shows `value` with `digits` significant digits. */
export function decimalsFor(value: number, digits: number): number {
  if (value === 0 || !Number.isFinite(value)) return Math.max(0, digits - 1)
  return Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))))
}

/**
 * A number with about `digits` significant digits, such as `0.0123`, `12.3`, `1,230` or `1.20e-7`. A value that isn't
 * finite is shown as a dash.
 */
export function formatNumber(value: number | null, digits = 3): string {
  if (value === null || !Number.isFinite(value)) return MISSING
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e7 || size < 1e-4) return value.toExponential(Math.max(0, digits - 1)).replace('e+', 'e')
  return formatFixed(value, decimalsFor(value, digits))
}

/** Percentages from this size on are shown with three digits and a power of ten. */
const LARGEST_PERCENTAGE = 1e6

/**
 * A fraction (0..1) as percent, such as `12.3%`, or `5.78e55%` from a million percent on. A value that isn't finite is
 * shown as a dash.
 */
export function formatPercent(fraction: number | null, decimals = 1): string {
  if (fraction === null || !Number.isFinite(fraction)) return MISSING
  const value = fraction * 100
  return `${Math.abs(value) < LARGEST_PERCENTAGE ? formatFixed(value, decimals) : value.toExponential(2).replace('e+', 'e')}%`
}

/**
 * A quantity in its own unit with four significant digits and commas, such as `0.01234`, `12.34` or `5,312,000`. A value
 * that isn't finite is shown as a dash.
 */
export function formatQuantity(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return MISSING
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e12 || size < 1e-4)) return value.toExponential(3).replace('e+', 'e')
  return formatFixed(value, value === 0 ? 0 : decimalsFor(value, 4))
}

/**
 * A coefficient of determination R^2, such as `0.781`. Near 1, the distance from 1 has two significant digits, such as
 * `0.99987`.
 */
export function formatR2(value: number): string {
  const rest = 1 - value
  if (rest > 0 && rest < 0.01) return formatFixed(value, Math.min(8, 1 - Math.floor(Math.log10(rest))))
  return Math.abs(value) < 10 ? formatFixed(value, 3) : formatNumber(value)
}

/** A duration in seconds as text, such as `0.4 s`, `12 s`, `2 min 5 s` or `1 h 3 min`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return MISSING
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

export function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/**
 * Joins items with `separator` into lines of at most `width` characters. An item longer than `width` gets its own line.
 */
export function fillLines(items: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = []
  for (const item of items) {
    const last = lines.at(-1)
    if (last === undefined || last.length + separator.length + item.length > width) lines.push(item)
    else lines[lines.length - 1] = last + separator + item
  }
  return lines
}

/**
 * Breaks a text between words into lines of at most `width` characters. A word longer than `width` gets its own line.
 */
export function wrap(text: string, width: number): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '')
  return fillLines(words, ' ', width)
}

/** Breaks a text into lines of at most `width` characters, including an indentation of `spaces` spaces. */
export function indented(text: string, spaces: number, width: number): string[] {
  return wrap(text, width - spaces).map((line) => ' '.repeat(spaces) + line)
}
