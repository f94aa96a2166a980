import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cosineDistanceByLayer } from './cosine-map.ts'
import {
  angleOf,
  leakyCosineDistance,
  reluCosineDistance,
  reluTangentKernels,
  sineMinusChord,
} from './rectifier-map.ts'

describe('the closed forms of ReLU:', () => {
  const kernels = reluTangentKernels(1, 1000)

  it.each([
    [1, 0.6816901],
    [10, 0.1284645],
    [60, 8.87723e-3],
    [100, 3.576853e-3],
    [1000, 4.312973e-5],
  ])('orthogonal samples have the known cosine distance after %d layers', (layers, distance) => {
    expect(Number(kernels[layers].distance.toPrecision(7))).toBe(distance)
    const he = { activation: 'relu', sw2: 2, sb2: 0 } as const
    expect(cosineDistanceByLayer(he, { q: 1, distance: 1 }, layers + 1)[layers]).toBe(kernels[layers].distance)
  })

  it('the cosine distance after 60 layers is 39% off the asymptotic law 9 pi^2 / (2 l^2)', () => {
    expect((9 * Math.PI ** 2) / (2 * 60 ** 2) / kernels[60].distance).toBeCloseTo(1.39, 2)
  })

  it.each([
    [1, 0.1591549],
    [10, 0.316307],
    [60, 0.2824994],
    [1000, 0.2532905],
  ])('the tangent kernel of orthogonal inputs has the known ratio at %d layers', (layers, ratio) => {
    expect(Number(kernels[layers].ratio.toFixed(7))).toBe(ratio)
    expect(kernels[layers].diagonal).toBe(layers + 1)
  })

  it('the gap of the tangent kernel equals the direct recursion for the kernel itself', () => {
    let [cosine, kernel] = [0.2, 0.2]
    for (let layer = 1; layer <= 8; layer++) {
      const angle = Math.acos(cosine)
      cosine = (Math.sin(angle) + (Math.PI - angle) * cosine) / Math.PI
      kernel = cosine + kernel * (1 - angle / Math.PI)
      const { diagonal, gap } = reluTangentKernels(0.8, 8)[layer]
      expect(diagonal - gap).toBeCloseTo(kernel, 12)
    }
  })

  it('the series and the direct form of sin t - t cos t agree', () => {
    for (const t of [0.29999, 0.2, 0.1]) {
      expect(sineMinusChord(t) / (Math.sin(t) - t * Math.cos(t))).toBeCloseTo(1, 11)
    }
    expect(sineMinusChord(0.3) - sineMinusChord(0.3 - 1e-9)).toBeCloseTo(1e-9 * 0.3 * Math.sin(0.3), 14)
    expect(sineMinusChord(1e-5) / (1e-15 / 3)).toBeCloseTo(1, 9)
  })

  it('small distances lose no digits: the decrease is (2 d)^(3/2) / (3 pi) to leading order', () => {
    fc.assert(
      fc.property(fc.double({ min: -16, max: -6, noNaN: true }), (exponent) => {
        const distance = 10 ** exponent
        expect(sineMinusChord(angleOf(distance)) / ((2 * distance) ** 1.5 / 3)).toBeCloseTo(1, 6)
        expect(reluCosineDistance(distance)).toBeLessThan(distance)
      }),
    )
  })

  it('the map of leaky ReLU has the form of Zhang et al. (2022), and the identity keeps the distance', () => {
    const [a, cosine] = [0.3, 0.4]
    const bracket = Math.sqrt(1 - cosine ** 2) - cosine * Math.acos(cosine)
    const mapped = cosine + ((1 - a) ** 2 / (Math.PI * (1 + a * a))) * bracket
    expect(1 - leakyCosineDistance(a, 1 - cosine)).toBeCloseTo(mapped, 14)
    expect(leakyCosineDistance(1, 0.37)).toBe(0.37)
  })
})
