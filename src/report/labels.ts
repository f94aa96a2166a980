/** Labels that don't overlap, without measuring text on a screen. */

/**
 * Widths of characters in parts of the font size. Which font a reader has isn't known: these are of the widest common one
 * (DejaVu Sans, what many Linux systems mean by system-ui), so that a label has room, or more than it needs.
 */
const NARROW = new Set("iljtfrI.,:;'|!()[] -")
const WIDE = new Set('mwMW%@')

/** About how wide `text` is, in pixels. */
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
 * Places for labels that would like to be at `wanted`: at least `spacing` apart, inside low..high as long as they fit,
 * moved as little as possible (in least squares: pooled neighbors share their mean).
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

/** The text, or as much of it as fits into so many characters. */
export function shortened(text: string, most: number): string {
  const characters = [...text]
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text
}

/** The text, or as much of it as fits into so many pixels. */
export function fitted(text: string, width: number, size: number, bold = false): string {
  if (textWidth(text, size, bold) <= width) return text
  let cut = [...text]
  while (cut.length > 0 && textWidth(`${cut.join('')}…`, size, bold) > width) cut = cut.slice(0, -1)
  return `${cut.join('').trimEnd()}…`
}
