/** Fresh seeds: the seeds with which a cure is measured, none of which the diagnosis used to find the cure. */

/** Number of fresh seeds with which a cure is measured, and the number if the budget allows more. */
export const freshSeedCounts = { least: 3, most: 5 } as const

/** The fresh seeds of a diagnosis: the next whole numbers above its seeds. */
export function freshSeedsOf(seeds: readonly number[]): readonly number[] {
  const last = Math.max(...seeds)
  return Array.from({ length: freshSeedCounts.most }, (_, index) => last + 1 + index)
}
