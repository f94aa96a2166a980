import { describe, expect, it } from 'vitest'
import { type LossName, lossNames, lossOf, predictedClass } from './losses.ts'

/** Finds the minimum of a convex function of `size` numbers, by a search along one coordinate after the other. */
function leastOf(value: (point: Float64Array) => number, size: number): number {
  let point = new Float64Array(size)
  for (let round = 0; round < 60; round++) {
    for (let index = 0; index < size; index++) {
      let [low, high] = [-10, 10]
      for (let step = 0; step < 80; step++) {
        const [left, right] = [low + (high - low) / 3, high - (high - low) / 3]
        if (value(point.with(index, left)) < value(point.with(index, right))) high = right
        else low = left
      }
      point = point.with(index, (low + high) / 2)
    }
  }
  return value(point)
}

describe.each(lossNames)('%s loss:', (name) => {
  const { classes, values, delta } = lossOf(name)

  it('the guessing level for classes is the loss of the best constant outputs', () => {
    const shares = Float64Array.of(0.5, 0.2, 0.3)
    const mean = (outputs: Float64Array): number =>
      shares.reduce((sum, share, label) => sum + share * classes.score(outputs, label, Math.max(...outputs), delta), 0)
    expect(classes.guessing(shares, delta)).toBeCloseTo(leastOf(mean, shares.length), 8)
  })

  if (values === null) return
  it('the guessing level for target values is the loss of the best constant output', () => {
    const targets = [0.1, 0.7, 0.4, 0.9, 0.2]
    const mean = ([output]: Float64Array): number =>
      targets.reduce((sum, target) => sum + values.score(output, target, delta) / targets.length, 0)
    expect(values.guessing(targets, delta)).toBeCloseTo(leastOf(mean, 1), 8)
  })
})

describe('a single output for two classes', () => {
  const shares = Float64Array.of(0.8, 0.2)

  it.each(['binary-cross-entropy', 'squared-error', 'absolute-error', 'huber'] as const)(
    'the guessing level of %s is the loss of the best constant output',
    (name) => {
      const { classes, delta } = lossOf(name)
      const mean = (outputs: Float64Array): number =>
        shares.reduce((sum, share, label) => sum + share * classes.score(outputs, label, outputs[0], delta), 0)
      expect(classes.guessing(shares, delta)).toBeCloseTo(leastOf(mean, 1), 8)
    },
  )

  it('is class 1 above the threshold of the loss, which is 0 for logits and 0.5 for other outputs', () => {
    const classes = (name: LossName) =>
      [-0.1, 0, 0.1, 0.5, 0.6].map((output) => predictedClass(Float64Array.of(output), lossOf(name)))
    expect(classes('binary-cross-entropy')).toEqual([0, 0, 1, 1, 1])
    expect(classes('squared-error')).toEqual([0, 0, 0, 0, 1])
    expect(predictedClass(Float64Array.of(-3, -2), lossOf('binary-cross-entropy'))).toBe(1)
  })
})

it('binary cross-entropy keeps its digits for logits of any size', () => {
  const { classes, delta } = lossOf('binary-cross-entropy')
  const loss = (output: number, label: number) => classes.score(Float64Array.of(output), label, output, delta)
  expect(loss(40, 1)).toBeCloseTo(Math.exp(-40), 30)
  expect(loss(-1000, 1)).toBe(1000)
  expect(loss(1000, 0)).toBe(1000)
  expect(loss(0, 1)).toBeCloseTo(Math.LN2, 15)
})

it('the Huber loss of a large delta is half the squared error, and of a small delta delta times the distance', () => {
  const { values } = lossOf('huber')
  expect(values?.score(3, 1, 100)).toBe(2)
  expect(values?.score(3, 1, 0.5)).toBe(0.5 * (2 - 0.25))
})

it('a guess that is the best for other shares has at least the loss of the best guess', () => {
  const [shares, even] = [Float64Array.of(0.95, 0.05), Float64Array.of(0.5, 0.5)]
  for (const name of lossNames) {
    const { classes, delta } = lossOf(name)
    expect(classes.guessing(shares, delta, even)).toBeGreaterThanOrEqual(classes.guessing(shares, delta))
  }
  for (const name of ['cross-entropy', 'binary-cross-entropy'] as const) {
    expect(lossOf(name).classes.guessing(shares, 1, even)).toBeCloseTo(Math.LN2, 12)
  }
})
