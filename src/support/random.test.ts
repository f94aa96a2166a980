import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { erf } from './numbers.ts'
import { createRandom } from './random.ts'

/** The mean, the variance, and the third and fourth standardized moments of the values. */
function moments(values: Float64Array): [number, number, number, number] {
  let mean = 0
  for (const value of values) mean += value / values.length
  const central = [0, 0, 0]
  for (const value of values) {
    const distance = value - mean
    for (let power = 0; power < 3; power++) central[power] += distance ** (power + 2) / values.length
  }
  return [mean, central[0], central[1] / central[0] ** 1.5, central[2] / central[0] ** 2]
}

function draws(count: number, draw: () => number): Float64Array {
  return Float64Array.from({ length: count }, draw)
}

function correlation(left: Float64Array, right: Float64Array): number {
  const [leftMean, leftVariance] = moments(left)
  const [rightMean, rightVariance] = moments(right)
  let sum = 0
  for (let index = 0; index < left.length; index++) sum += (left[index] - leftMean) * (right[index] - rightMean)
  return sum / left.length / Math.sqrt(leftVariance * rightVariance)
}

const COUNT = 200_000
/** Five standard deviations of the mean of COUNT standardized numbers. */
const FIVE_SIGMA = 5 / Math.sqrt(COUNT)

describe('the distributions of random numbers:', () => {
  test('uniform() has the moments of [0, 1)', () => {
    const random = createRandom(1, 'uniform')
    const values = draws(COUNT, () => random.uniform())
    const [mean, variance, skew, kurtosis] = moments(values)
    expect(mean).toBeCloseTo(0.5, 2)
    expect(variance).toBeCloseTo(1 / 12, 3)
    expect(skew).toBeCloseTo(0, 1)
    expect(kurtosis).toBeCloseTo(1.8, 1)
    expect(Math.min(...values.subarray(0, 1000))).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values.subarray(0, 1000))).toBeLessThan(1)
  })

  test('normal() has the moments and the distribution function of the standard normal', () => {
    const random = createRandom(1, 'normal')
    const values = draws(COUNT, () => random.normal()).sort()
    const [mean, variance, skew, kurtosis] = moments(values)
    expect(Math.abs(mean)).toBeLessThan(FIVE_SIGMA)
    expect(Math.abs(variance - 1)).toBeLessThan(FIVE_SIGMA * Math.sqrt(2))
    expect(Math.abs(skew)).toBeLessThan(FIVE_SIGMA * Math.sqrt(6))
    expect(Math.abs(kurtosis - 3)).toBeLessThan(FIVE_SIGMA * Math.sqrt(24))
    // In the test of Kolmogorov and Smirnov, one sample in a thousand exceeds 1.95 / sqrt(n).
    let distance = 0
    values.forEach((value, rank) => {
      distance = Math.max(distance, Math.abs((1 + erf(value / Math.SQRT2)) / 2 - (rank + 0.5) / COUNT))
    })
    expect(distance).toBeLessThan(1.95 / Math.sqrt(COUNT))
  })

  test('each bit of uint32() is set half of the time', () => {
    const random = createRandom(3)
    const set = new Array(32).fill(0)
    for (let draw = 0; draw < 20_000; draw++) {
      const value = random.uint32()
      for (let bit = 0; bit < 32; bit++) set[bit] += (value >>> bit) & 1
    }
    for (const count of set) expect(Math.abs(count / 20_000 - 0.5)).toBeLessThan(2.5 / Math.sqrt(20_000))
  })

  test('integer(n) gives each of its values equally often', () => {
    const random = createRandom(4)
    const counts = new Array(7).fill(0)
    for (let draw = 0; draw < 70_000; draw++) counts[random.integer(7)]++
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
    expect(chiSquare).toBeLessThan(22.5) // exceeded by one sample in a thousand at 6 degrees of freedom
    expect(createRandom(4).integer(1)).toBe(0)
    expect(() => random.integer(0)).toThrow('expected a whole number n from 1 to 2^32, got 0')
    expect(() => random.integer(2.5)).toThrow('got 2.5')
  })

  test('integer(n) is unbiased for an n for which the remainder of 32 bits would be biased', () => {
    const random = createRandom(5)
    const n = 3 * 2 ** 30 // 2^32 % n is a third of n, so the remainder alone would halve the chance of the upper two thirds
    let low = 0
    for (let draw = 0; draw < 30_000; draw++) if (random.integer(n) < 2 ** 30) low++
    expect(low / 30_000).toBeCloseTo(1 / 3, 1)
  })
})

describe('random streams:', () => {
  const streams = [
    createRandom(1, 'a'),
    createRandom(2, 'a'),
    createRandom(1, 'b'),
    createRandom(1, 'a', 0),
    createRandom(1, 'a', 1),
    createRandom(1, 'a', '1'),
  ].map((random) => draws(20_000, () => random.normal()))

  test('streams of different seeds or keys are uncorrelated, even if shifted by one draw', () => {
    for (const [index, left] of streams.entries()) {
      for (const right of streams.slice(index + 1)) {
        expect(Math.abs(correlation(left, right))).toBeLessThan(5 / Math.sqrt(20_000))
        expect(Math.abs(correlation(left.subarray(1), right.subarray(0, -1)))).toBeLessThan(5 / Math.sqrt(20_000))
      }
    }
  })

  test('streams with consecutive keys have normal and independent first draws', () => {
    const first = draws(20_000, () => 0)
    for (let key = 0; key < first.length; key++) first[key] = createRandom(0, 'layer', key).normal()
    const [mean, variance] = moments(first)
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(20_000))
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / 20_000))
    expect(Math.abs(correlation(first.subarray(1), first.subarray(0, -1)))).toBeLessThan(5 / Math.sqrt(20_000))
  })

  test('streams of the same seed and keys are equal, even if another stream draws in between', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.oneof(fc.string(), fc.integer())), (seed, keys) => {
        const left = createRandom(seed, ...keys)
        const right = createRandom(seed, ...keys)
        const other = createRandom(seed, ...keys, 'other')
        for (let draw = 0; draw < 5; draw++) {
          const expected = left.uint32()
          expect(other.uint32()).not.toBe(expected)
          expect(right.uint32()).toBe(expected)
        }
      }),
    )
  })

  test('streams differ if keys differ in their type or in their boundaries', () => {
    const first = (...keys: (string | number)[]): number => createRandom(0, ...keys).uint32()
    const values = [
      first(),
      first(1),
      first('1'),
      first('ab', 'c'),
      first('a', 'bc'),
      first('abc'),
      first(''),
      first(0),
    ]
    expect(new Set(values).size).toBe(values.length)
    expect(first(-0)).toBe(first(0))
  })
})

test('permutation(n) holds each number from 0 to n - 1 once, and permutation(4) gives all 24 orders equally often', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(300), (seed, n) => {
      expect([...createRandom(seed).permutation(n)].sort((a, b) => a - b)).toEqual(
        Array.from({ length: n }, (_, i) => i),
      )
    }),
  )
  const random = createRandom(6)
  const counts = new Map<string, number>()
  for (let draw = 0; draw < 24_000; draw++) {
    const order = random.permutation(4).join()
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  expect(counts.size).toBe(24)
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
  expect(chiSquare).toBeLessThan(49.8) // exceeded by one sample in a thousand at 23 degrees of freedom
})

test('the first random values of a given seed never change', () => {
  const random = createRandom(42, 'golden')
  expect([
    random.uint32(),
    random.uint32(),
    random.uniform(),
    random.normal(),
    random.integer(1000),
  ]).toMatchInlineSnapshot(`
      [
        3932326091,
        4236187702,
        0.13725759207339916,
        -0.9242477334494854,
        703,
      ]
    `)
  expect([...createRandom(0).permutation(10)].join(' ')).toMatchInlineSnapshot(`"9 0 2 6 5 4 3 8 7 1"`)
})
