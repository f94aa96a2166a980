/** Bars made of block characters, with a resolution of an eighth of a character. */

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/**
 * A bar whose length is a fraction (0..1) of `width` characters, padded with spaces to `width`. A fraction above 0 is
 * never drawn as an empty bar.
 */
export function bar(fraction: number, width: number): string {
  const inside = Math.min(Math.max(fraction, 0), 1)
  const eighths = Math.max(Math.round(inside * width * 8), inside > 0 ? 1 : 0)
  return ('█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]).padEnd(width)
}
