import fc from 'fast-check'
import { expect, it } from 'vitest'
import { freshSeedCounts, freshSeedsOf } from './fresh-seeds.ts'

it('fresh seeds are the next whole numbers above the seeds of the diagnosis', () => {
  expect(freshSeedsOf([0, 1, 2])).toEqual([3, 4, 5, 6, 7])
  expect(freshSeedsOf([7])).toEqual([8, 9, 10, 11, 12])
  expect(freshSeedsOf([5, 2, 9])).toEqual([10, 11, 12, 13, 14])
})

it('fresh seeds are distinct, and none of them is a seed of the diagnosis', () => {
  const seeds = fc.uniqueArray(fc.nat({ max: 2 ** 31 }), { minLength: 1, maxLength: 9 })
  fc.assert(
    fc.property(seeds, (own) => {
      const fresh = freshSeedsOf(own)
      expect(new Set([...own, ...fresh]).size).toBe(own.length + freshSeedCounts.most)
      expect(fresh.every(Number.isInteger)).toBe(true)
    }),
  )
})

it('an interval needs at least three fresh seeds', () => {
  expect(freshSeedCounts.least).toBeGreaterThanOrEqual(3)
  expect(freshSeedCounts.most).toBeGreaterThan(freshSeedCounts.least)
})
