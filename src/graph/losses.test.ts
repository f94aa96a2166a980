import { describe, expect, it } from 'vitest'
import { losses, lossNames } from './losses.ts'

/** Finds the minimum of a smooth function of `size` numbers, by gradient descent with central differences. */
function leastOf(value: (point: Float64Array) => number, size: number): number {
  const point = new Float64Array(size)
  const at = (index: number, shift: number): number => value(point.map((x, own) => (own === index ? x + shift : x)))
  for (let step = 0; step < 5000; step++) {
    const gradient = point.map((_, index) => (at(index, 1e-5) - at(index, -1e-5)) / 2e-5)
    for (const [index, slope] of gradient.entries()) point[index] -= 0.5 * slope
  }
  return value(point)
}

describe.each(lossNames)('%s loss:', (name) => {
  const { classes, values } = losses[name]

  it('the guessing level for classes is the loss of the best constant outputs', () => {
    const shares = Float64Array.of(0.5, 0.2, 0.3)
    const mean = (outputs: Float64Array): number =>
      shares.reduce((sum, share, label) => sum + share * classes.score(outputs, label, Math.max(...outputs)), 0)
    expect(classes.guessing(shares)).toBeCloseTo(leastOf(mean, shares.length), 8)
  })

  if (values === null) return
  it('the guessing level for target values is the loss of the best constant output', () => {
    const targets = [0.1, 0.7, 0.4, 0.9, 0.2]
    const mean = ([output]: Float64Array): number =>
      targets.reduce((sum, target) => sum + values.score(output, target) / targets.length, 0)
    expect(values.guessing(targets)).toBeCloseTo(leastOf(mean, 1), 8)
  })
})
