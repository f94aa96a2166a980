/** A bar in a table: its length is a share of the width, and its first part is full. */

/** `total` and `full` are shares of `width` (0..1, full at most total); more than nothing is never drawn as nothing. */
export function splitBar(total: number, full: number, width: number): string {
  const length = total > 0 ? Math.max(1, Math.round(Math.min(1, total) * width)) : 0
  const filled = Math.min(length, Math.round(Math.min(1, full) * width))
  return '█'.repeat(filled) + '░'.repeat(length - filled)
}
