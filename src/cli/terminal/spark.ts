/** A line of a few characters that shows how a number went. */

const LEVELS = '▁▂▃▄▅▆▇█'

/**
 * `values` as at most `width` characters, the means of equal parts, from the least to the greatest of them. Means that
 * differ by less than `span` don't fill the height. A part without any finite value is a space.
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
  // Means of one and the same value differ by rounding alone; that isn't a rise.
  const height = Math.max(high - low, span, Math.abs(high) * 1e-9)
  const base = (low + high - height) / 2
  return means
    .map((mean) => {
      if (mean === null) return ' '
      return LEVELS[height > 0 ? Math.round(((mean - base) / height) * (LEVELS.length - 1)) : 4]
    })
    .join('')
}
