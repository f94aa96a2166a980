/** Draws how a number changes over time, as a line of a few block characters. */

const LEVELS = '▁▂▃▄▅▆▇█'

/**
 * Draws `values` as at most `width` characters. The height of each character shows the mean of one of `width` equal
 * parts of the values. The heights range from the least to the greatest mean. If all means differ by less than `span`,
 * the characters don't use the full height. A part of the values without any finite value is shown as a space.
 */
export function sparkline(values: readonly number[], width: number, span = 0): string {
  const columns = Math.min(Math.max(0, Math.floor(width)), values.length)
  const edge = (column: number) => Math.floor((column * values.length) / columns)
  const means = Array.from({ length: columns }, (_, column) => {
    const part = values.slice(edge(column), edge(column + 1)).filter(Number.isFinite)
    return part.length === 0 ? null : part.reduce((sum, value) => sum + value / part.length, 0)
  })
  const present = means.filter((mean) => mean !== null)
  const [low, high] = [Math.min(...present), Math.max(...present)]
  // The means of equal values differ only by rounding, which must not look like a rise.
  const height = Math.max(high - low, span, Math.abs(high) * 1e-9)
  const base = (low + high - height) / 2
  return means
    .map((mean) => {
      if (mean === null) return ' '
      return LEVELS[height > 0 ? Math.round(((mean - base) / height) * (LEVELS.length - 1)) : 4]
    })
    .join('')
}
