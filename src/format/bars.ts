/** Bars made of block characters, an eighth of a character fine. */

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of `fraction` (0..1) of `width` characters, filled up with spaces; more than nothing is never drawn as nothing. */
export function bar(fraction: number, width: number): string {
  const inside = Math.min(Math.max(fraction, 0), 1)
  const eighths = Math.max(Math.round(inside * width * 8), inside > 0 ? 1 : 0)
  return ('█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]).padEnd(width)
}
