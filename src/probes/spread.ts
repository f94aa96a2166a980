/** Selects some of many items, for probes that would take too long on all items. */

/**
 * At most `most` evenly spread numbers from 0 to count - 1, which include the first and the last number. If `most` is
 * 1, the list holds only the last number.
 */
export function spread(count: number, most: number): number[] {
  const taken = Math.min(count, most)
  if (taken === 1) return [count - 1]
  return Array.from({ length: taken }, (_, index) => Math.round((index * (count - 1)) / (taken - 1)))
}
