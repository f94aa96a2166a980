/** Positions and shortens labels so that they do not overlap. Text widths are estimated, not measured on a screen. */

/**
 * Narrow and wide characters of a font. The reader's font is unknown, so the text widths are estimated for the widest
 * common font, DejaVu Sans, which is system-ui on many Linux systems. A label in a narrower font has more room than the
 * label needs.
 */
const NARROW = new Set("iljtfrI.,:;'|!()[] -")
const WIDE = new Set('mwMW%@')

/** Estimates the width of a text, in pixels. The argument `size` is the font size, in pixels. */
export function textWidth(text: string, size: number, bold = false): number {
  let width = 0
  for (const character of text) {
    if (NARROW.has(character)) width += 0.4
    else if (WIDE.has(character)) width += 0.98
    else if (/[A-Z]/.test(character)) width += 0.76
    else if (/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/.test(character)) width += 0.45
    else width += 0.635
  }
  return width * size * (bold ? 1.1 : 1)
}

/**
 * Moves labels as little as possible from their `wanted` positions, so that they are at least `spacing` apart. The
 * positions of the labels stay inside low..high if all labels fit. The sum of the squared moves is minimal: labels that
 * would overlap are placed around the mean of their wanted positions.
 */
export function spread(wanted: readonly number[], spacing: number, low: number, high: number): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a] - wanted[b] || a - b)
  const pools: { sum: number; size: number }[] = []
  order.forEach((index, rank) => {
    pools.push({ sum: wanted[index] - rank * spacing, size: 1 })
    while (pools.length > 1) {
      const last = pools[pools.length - 1]
      const before = pools[pools.length - 2]
      if (before.sum / before.size <= last.sum / last.size) break
      pools.pop()
      before.sum += last.sum
      before.size += last.size
    }
  })
  const places: number[] = []
  let rank = 0
  const top = Math.max(low, high - (wanted.length - 1) * spacing)
  for (const pool of pools) {
    const base = Math.min(Math.max(pool.sum / pool.size, low), top)
    for (let member = 0; member < pool.size; member++, rank++) places[order[rank]] = base + rank * spacing
  }
  return places
}

/** Shortens a text to at most `most` characters. A shortened text ends in an ellipsis. */
export function shortened(text: string, most: number): string {
  const characters = [...text]
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text
}

/** Shortens a text to at most `width` pixels. A shortened text ends in an ellipsis. */
export function fitted(text: string, width: number, size: number, bold = false): string {
  if (textWidth(text, size, bold) <= width) return text
  let cut = [...text]
  while (cut.length > 0 && textWidth(`${cut.join('')}…`, size, bold) > width) cut = cut.slice(0, -1)
  return `${cut.join('').trimEnd()}…`
}
