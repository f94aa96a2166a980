import { describe, expect, it } from 'vitest'
import { createRandom } from '../support/random.ts'
import { distance, fitRidge, type Matrix, rowsAt, spreadOf } from './ridge.ts'

const table = (rows: readonly (readonly number[])[]): Matrix => ({
  rows: rows.length,
  width: rows[0].length,
  values: Float64Array.from(rows.flat()),
})

function drawn(rows: number, width: number, key: string): Matrix {
  const random = createRandom(2, key)
  return { rows, width, values: Float64Array.from({ length: rows * width }, () => random.normal()) }
}

/** An affine map with the outputs 3 x_0 - x_1 + 2 and x_1 + x_2 - 1. */
const linear = (inputs: Matrix): Matrix =>
  table(
    Array.from({ length: inputs.rows }, (_, row) => {
      const [a, b, c] = inputs.values.subarray(3 * row)
      return [3 * a - b + 2, b + c - 1]
    }),
  )
const far = (rows: number, key: string): Matrix => {
  const near = drawn(rows, 3, key)
  return { ...near, values: near.values.map((value, index) => 100 * (index % 3) + value) }
}

describe('fitRidge:', () => {
  it('ridge regression finds an affine map', () => {
    const map = fitRidge(far(20, 'known'), linear(far(20, 'known')))
    const others = far(10, 'others')
    expect(distance(map(others), linear(others)) / spreadOf(linear(others))).toBeLessThan(1e-6)
  })

  it('ridge regression shrinks a slope by the penalty to Sxy / (Sxx + p Sxx)', () => {
    const map = fitRidge(table([[1], [2], [3]]), table([[5], [6], [10]]), [0.5])
    const slope = 5 / (2 + 1)
    expect([...map(table([[2], [4]])).values]).toEqual([7, expect.closeTo(7 + 2 * slope, 12)])
  })

  it('ridge regression minimizes the squared error plus the penalty, for few and for many rows', () => {
    for (const [rows, width] of [
      [9, 4],
      [5, 8],
    ]) {
      const [x, y] = [drawn(rows, width, 'x'), drawn(rows, 2, 'y')]
      const map = fitRidge(x, y, [0.3])
      const origin = map(table([new Array<number>(width).fill(0)])).values
      const unit = (index: number) => Array.from({ length: width }, (_, place) => (place === index ? 1 : 0))
      const slopes = Array.from({ length: width }, (_, index) => {
        return map(table([unit(index)])).values.map((value, output) => value - origin[output])
      })
      const means = Array.from({ length: width }, (_, index) => {
        return x.values.reduce((sum, value, place) => (place % width === index ? sum + value / rows : sum), 0)
      })
      const trace = spreadOf(x) ** 2
      const penalty = (0.3 * trace) / Math.min(rows, width)
      const fitted = map(x)
      // The gradient of |Y - XW|^2 + p |W|^2 is 0: X'(Y - XW) = p W.
      for (let index = 0; index < width; index++) {
        for (let output = 0; output < 2; output++) {
          let sum = 0
          for (let row = 0; row < rows; row++) {
            const place = 2 * row + output
            sum += (x.values[row * width + index] - means[index]) * (y.values[place] - fitted.values[place])
          }
          expect(sum).toBeCloseTo(penalty * slopes[index][output], 9)
        }
      }
    }
  })

  it('ridge regression chooses the penalty with the smallest error on held-out rows', () => {
    const [x, noise] = [drawn(24, 20, 'x'), drawn(24, 1, 'noise')]
    const [others, otherNoise] = [drawn(200, 20, 'others'), drawn(200, 1, 'other noise')]
    const withNoise = (inputs: Matrix, added: Matrix): Matrix => ({
      ...added,
      values: added.values.map((value, row) => 3 * value + inputs.values[20 * row]),
    })
    const errorOf = (penalties?: readonly number[]): number =>
      distance(fitRidge(x, withNoise(x, noise), penalties)(others), withNoise(others, otherNoise))
    expect(errorOf()).toBeLessThan(0.7 * errorOf([1e-9]))
  })

  it('ridge regression gives the mean of the targets if the inputs do not vary', () => {
    const map = fitRidge(table([[2], [2], [2]]), table([[1], [2], [6]]))
    expect(map(table([[2], [50]])).values).toEqual(Float64Array.of(3, 3))
  })
})

describe('tables:', () => {
  it('rowsAt gives chosen rows of a table, and spreadOf gives the spread about the mean of the columns', () => {
    const values = table([
      [1, 2],
      [3, 2],
      [5, 2],
    ])
    expect(rowsAt(values, [2, 0]).values).toEqual(Float64Array.of(5, 2, 1, 2))
    expect(spreadOf(values)).toBeCloseTo(Math.sqrt(8), 12)
  })
})
