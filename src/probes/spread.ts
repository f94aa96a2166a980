/** Selects some of many items, for probes that would take too long on all items. */

/**
 * Returns at most `most` evenly spread whole numbers from 0 to count - 1, including 0 and count - 1. If `most` is 1,
 * the list holds only count - 1.
 */
export function spread(count: number, most: number): number[] {
  const taken = Math.min(count, most)
  if (taken === 1) return [count - 1]
  return Array.from({ length: taken }, (_, index) => Math.round((index * (count - 1)) / (taken - 1)))
}
