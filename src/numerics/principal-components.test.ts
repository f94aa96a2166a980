import { describe, expect, it } from 'vitest'
import { createRandom } from '../support/random.ts'
import { symmetricEigenvalues } from './linear-algebra.ts'
import { principalComponents } from './principal-components.ts'
import type { Matrix } from './ridge.ts'

const pause = async (): Promise<void> => undefined

/** Rows whose columns have a mean of 10 and falling deviations, mixed by a rotation in each pair of columns. */
function drawnRows(rows: number, width: number): Matrix {
  const random = createRandom(3)
  const values = new Float64Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const own = Array.from({ length: width }, (_, column) => random.normal() * 0.8 ** column)
    for (let column = 0; column < width; column++) {
      const next = own[(column + 1) % width]
      values[row * width + column] = 10 + 0.8 * own[column] + 0.6 * next
    }
  }
  return { rows, width, values }
}

/** The fraction of the variance outside of the directions. */
function unexplained({ rows, width, values }: Matrix, mean: Float64Array, directions: Float64Array): number {
  let [whole, inside] = [0, 0]
  for (let row = 0; row < rows; row++) {
    const own = Array.from({ length: width }, (_, column) => values[row * width + column] - mean[column])
    whole += own.reduce((sum, value) => sum + value * value, 0)
    for (let from = 0; from < directions.length; from += width) {
      inside += own.reduce((sum, value, column) => sum + value * directions[from + column], 0) ** 2
    }
  }
  return 1 - inside / whole
}

describe('principalComponents', () => {
  it('leaves nearly the least variance that any directions can leave', async () => {
    const matrix = drawnRows(200, 12)
    const { mean, directions } = await principalComponents(matrix, 4, pause)
    const gram = new Float64Array(144)
    for (let row = 0; row < 200; row++) {
      for (let i = 0; i < 12; i++) {
        for (let j = 0; j < 12; j++) {
          gram[i * 12 + j] += (matrix.values[row * 12 + i] - mean[i]) * (matrix.values[row * 12 + j] - mean[j])
        }
      }
    }
    const eigenvalues = symmetricEigenvalues(gram, 12)
    const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0)
    const least = sumOf(eigenvalues.subarray(4)) / sumOf(eigenvalues)
    const found = unexplained(matrix, mean, directions)
    expect(least).toBeGreaterThan(0.05)
    expect(found).toBeGreaterThan(least - 1e-9)
    expect(found).toBeLessThan(1.01 * least)
  })

  it('explains rows in a small space whole, and gives finite directions for rows that do not vary', async () => {
    const line = {
      rows: 5,
      width: 3,
      values: Float64Array.from({ length: 15 }, (_, at) => (at % 3) * Math.floor(at / 3)),
    }
    const { mean, directions } = await principalComponents(line, 2, pause)
    expect(unexplained(line, mean, directions)).toBeLessThan(1e-9)
    const flat = await principalComponents({ rows: 4, width: 3, values: new Float64Array(12).fill(7) }, 2, pause)
    expect([...flat.mean]).toEqual([7, 7, 7])
    expect(flat.directions.every(Number.isFinite)).toBe(true)
  })
})
