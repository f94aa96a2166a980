import { describe, expect, it } from 'vitest'
import { createRandom } from '../support/random.ts'
import { lanczos } from './lanczos.ts'
import { symmetricEigenvalues } from './linear-algebra.ts'

/** A function that multiplies a matrix [size, size] by a vector. */
function productWith(matrix: ArrayLike<number>, size: number) {
  return async (vector: Float64Array): Promise<Float64Array> =>
    vector.map((_, row) => vector.reduce((sum, value, column) => sum + matrix[row * size + column] * value, 0))
}

function diagonalOf(values: readonly number[]): Float64Array {
  const matrix = new Float64Array(values.length ** 2)
  values.forEach((value, index) => {
    matrix[index * (values.length + 1)] = value
  })
  return matrix
}

const startOf = (size: number): Float64Array => {
  const random = createRandom(1, 'start')
  return Float64Array.from({ length: size }, () => random.normal())
}

const find = (matrix: ArrayLike<number>, size: number, iterations: number, tolerance: number) =>
  lanczos(productWith(matrix, size), startOf(size), { iterations, tolerance })

describe("Lanczos's method:", () => {
  it.each([[[3, 1, 2]], [[-10, 1, 2]], [[5, -5, 0, 1]], [[-3, -1, -2]], [[4, 4, 4, 1]], [[1e-200, 3e-200]]])(
    'the largest eigenvalue of the diagonal matrix of %j is found',
    async (values) => {
      const largest = Math.max(...values)
      const found = await find(diagonalOf(values), values.length, 10, 1e-10)
      expect(found.value / largest).toBeCloseTo(1, 9)
      expect(found.converged).toBe(true)
      expect(found.iterations).toBeLessThanOrEqual(values.length)
    },
  )

  it('the largest eigenvalue of a full matrix is found, and fewer iterations give a smaller value', async () => {
    const size = 40
    const random = createRandom(7, 'matrix')
    const matrix = new Float64Array(size * size)
    for (let row = 0; row < size; row++) {
      for (let column = 0; column <= row; column++) {
        matrix[row * size + column] = random.normal()
        matrix[column * size + row] = matrix[row * size + column]
      }
    }
    const [largest] = symmetricEigenvalues(matrix, size)
    const exact = await find(matrix, size, 100, 1e-9)
    expect(exact.value).toBeCloseTo(largest, 7)
    expect(exact.converged).toBe(true)
    for (const iterations of [2, 5, 10]) {
      const early = await find(matrix, size, iterations, 1e-9)
      expect(early).toEqual({ value: expect.any(Number), iterations, converged: false })
      expect(early.value).toBeLessThan(largest)
    }
    // A larger tolerance needs fewer iterations, and the error stays within the tolerance.
    const rough = await find(matrix, size, 100, 0.05)
    expect(rough.iterations).toBeLessThan(exact.iterations)
    const scale = Math.max(...symmetricEigenvalues(matrix, size).map(Math.abs))
    expect(Math.abs(rough.value - largest)).toBeLessThan(0.05 * scale)
  })

  it('the result is 0 for a matrix of zeros, and NaN for a matrix with a value that is not finite', async () => {
    expect(await find(diagonalOf([0, 0]), 2, 5, 0.01)).toEqual({ value: 0, iterations: 1, converged: true })
    expect(await find(diagonalOf([1, Number.POSITIVE_INFINITY]), 2, 5, 0.01)).toEqual({
      value: Number.NaN,
      iterations: 1,
      converged: false,
    })
  })
})
