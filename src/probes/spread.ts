/** What a probe looks at where looking at all would take too long. */

/** The numbers from 0 to count - 1, or `most` of them, the first and the last among these and the rest evenly between. */
export function spread(count: number, most: number): number[] {
  const taken = Math.min(count, most)
  if (taken === 1) return [count - 1]
  return Array.from({ length: taken }, (_, index) => Math.round((index * (count - 1)) / (taken - 1)))
}
