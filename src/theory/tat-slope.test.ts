import fc from 'fast-check'
import { expect, it } from 'vitest'
import { leakyCosineDistance } from './rectifier-map.ts'
import { leakyGain, tatSlope } from './tat-slope.ts'

it.each([
  [50, 0.430522949],
  [60, 0.470711285],
  [200, 0.679599644],
])('the slope for %d layers is that of Zhang et al. (2022) at eta = 0.9', (depth, slope) => {
  const found = tatSlope(depth)
  expect(Number(found.slope.toFixed(9))).toBe(slope)
  expect(found.gain).toBe(leakyGain(found.slope))
  expect(found.gain).toBeCloseTo(Math.sqrt(2 / (1 + slope ** 2)), 8)
})

it('the slope takes orthogonal samples to the cosine eta', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 300 }), fc.constantFrom(0.5, 0.9), (depth, eta) => {
      const { slope } = tatSlope(depth, eta)
      let distance = 1
      for (let layer = 0; layer < depth; layer++) distance = leakyCosineDistance(slope, distance)
      expect(1 - distance).toBeCloseTo(eta, 12)
    }),
    { numRuns: 10 },
  )
})

it('a smaller eta makes the network more linear, and a network that is shallow enough keeps ReLU', () => {
  const [strong, usual, weak] = [0.5, 0.9, 0.99].map((eta) => tatSlope(200, eta).slope)
  expect(strong).toBeGreaterThan(usual)
  expect(usual).toBeGreaterThan(weak)
  expect(tatSlope(50, 0.99)).toEqual({ slope: 0, gain: Math.SQRT2 })
})
