/** Draws a bar for a table. The length of the bar is a fraction of the width, and the first part of the bar is full. */

/**
 * Returns a bar. `total` and `full` are fractions of `width` in 0..1, and `full` is at most `total`. A bar with a total
 * above 0 has at least one character.
 */
export function splitBar(total: number, full: number, width: number): string {
  const length = total > 0 ? Math.max(1, Math.round(Math.min(1, total) * width)) : 0
  const filled = Math.min(length, Math.round(Math.min(1, full) * width))
  return '█'.repeat(filled) + '░'.repeat(length - filled)
}
