import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../support/random.ts'
import { gramOfRows, singularValues, solvePositive, symmetricEigenvalues } from './linear-algebra.ts'

const normals = (count: number, seed: number): Float64Array => {
  const random = createRandom(seed, 'linear algebra')
  return Float64Array.from({ length: count }, () => random.normal())
}

/** The product of two matrices [size, size], by the definition. */
function product(one: ArrayLike<number>, other: ArrayLike<number>, size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, index) => {
    const [row, column] = [Math.floor(index / size), index % size]
    let sum = 0
    for (let k = 0; k < size; k++) sum += one[row * size + k] * other[k * size + column]
    return sum
  })
}

function transpose(values: ArrayLike<number>, size: number): Float64Array {
  return Float64Array.from(
    { length: size * size },
    (_, index) => values[(index % size) * size + Math.floor(index / size)],
  )
}

/** The reflection I - 2 v v' / |v|^2, which is an orthogonal matrix. */
function mirror(v: ArrayLike<number>): Float64Array {
  const size = v.length
  let squares = 0
  for (let index = 0; index < size; index++) squares += v[index] * v[index]
  return Float64Array.from({ length: size * size }, (_, index) => {
    const [row, column] = [Math.floor(index / size), index % size]
    return (row === column ? 1 : 0) - (2 * v[row] * v[column]) / squares
  })
}

/** A symmetric matrix with the given eigenvalues and random eigenvectors. */
function withEigenvalues(eigenvalues: readonly number[], seed: number): Float64Array {
  const size = eigenvalues.length
  const diagonal = Float64Array.from({ length: size * size }, (_, index) =>
    index % (size + 1) === 0 ? eigenvalues[index / (size + 1)] : 0,
  )
  const q = product(mirror(normals(size, seed)), mirror(normals(size, seed + 1)), size)
  const matrix = product(product(q, diagonal, size), transpose(q, size), size)
  const mirrored = transpose(matrix, size)
  return matrix.map((value, index) => (value + mirrored[index]) / 2)
}

/** The determinant of A - x I, by elimination with pivots. The determinant is 0 at the eigenvalues of A. */
function characteristic(matrix: ArrayLike<number>, size: number, x: number): number {
  const a = Float64Array.from(matrix)
  for (let k = 0; k < size; k++) a[k * size + k] -= x
  let determinant = 1
  for (let k = 0; k < size; k++) {
    let pivot = k
    for (let row = k; row < size; row++) if (Math.abs(a[row * size + k]) > Math.abs(a[pivot * size + k])) pivot = row
    if (a[pivot * size + k] === 0) return 0
    if (pivot !== k) determinant = -determinant
    for (let column = 0; column < size; column++) {
      const [one, other] = [k * size + column, pivot * size + column]
      const kept = a[one]
      a[one] = a[other]
      a[other] = kept
    }
    determinant *= a[k * size + k]
    for (let row = k + 1; row < size; row++) {
      const factor = a[row * size + k] / a[k * size + k]
      for (let column = k; column < size; column++) a[row * size + column] -= factor * a[k * size + column]
    }
  }
  return determinant
}

const farthest = (found: Float64Array, known: readonly number[]): number =>
  known.reduce(
    (most, value, index) => Math.max(most, Math.abs(found[index] - value)),
    Math.abs(found.length - known.length),
  )

describe('symmetricEigenvalues:', () => {
  it('the eigenvalues of a matrix of two rows equal the quadratic formula', () => {
    const [a, b, c] = [3, -2, 0.5]
    const middle = (a + c) / 2
    const distance = Math.sqrt(((a - c) / 2) ** 2 + b * b)
    const [first, second] = symmetricEigenvalues([a, b, b, c], 2)
    expect(first).toBeCloseTo(middle + distance, 14)
    expect(second).toBeCloseTo(middle - distance, 14)
  })

  it('eigenvalues are found, largest first, even if they repeat, are 0 or lie far apart', () => {
    const known = [7, 3, 3, 3, 1e-3, 0, 0, -1e-6, -4]
    const matrix = withEigenvalues(known, 1)
    const before = matrix.slice()
    const found = symmetricEigenvalues(matrix, known.length)
    expect(farthest(found, known)).toBeLessThan(2e-14)
    expect(matrix).toEqual(before)
  })

  it('the eigenvalues for a chain of springs are 2 - 2 cos(k pi / (n + 1))', () => {
    const size = 256
    const chain = Float64Array.from({ length: size * size }, (_, index) => {
      const distance = Math.abs(Math.floor(index / size) - (index % size))
      return distance === 0 ? 2 : distance === 1 ? -1 : 0
    })
    const found = symmetricEigenvalues(chain, size)
    for (let k = 1; k <= size; k++) {
      expect(found[size - k]).toBeCloseTo(2 - 2 * Math.cos((k * Math.PI) / (size + 1)), 12)
    }
  })

  it('the eigenvalues of a full matrix of 256 rows are found', () => {
    const known = Array.from({ length: 256 }, (_, index) => 256 - index)
    const found = symmetricEigenvalues(withEigenvalues(known, 5), 256)
    expect(farthest(found, known)).toBeLessThan(1e-10)
  })

  it('the characteristic polynomial changes its sign at the eigenvalues', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 1000 }), (size, seed) => {
        const a = normals(size * size, seed)
        const matrix = a.map((value, index) => value + transpose(a, size)[index])
        const found = symmetricEigenvalues(matrix, size)
        const step = 1e-9
        for (const value of found) {
          const [below, above] = [value - step, value + step].map((x) => characteristic(matrix, size, x))
          expect(below * above).toBeLessThan(0)
        }
      }),
    )
  })

  it('eigenvalues scale with the matrix, from 1e-300 to 1e300', () => {
    const matrix = withEigenvalues([4, 2, 1], 3)
    for (const scale of [1e-300, 1e-160, 1e160, 1e300]) {
      const found = symmetricEigenvalues(
        matrix.map((value) => value * scale),
        3,
      )
      expect(Array.from(found, (value) => value / scale)).toEqual([4, 2, 1].map((value) => expect.closeTo(value, 12)))
    }
  })

  it('eigenvalues are NaN if a value is not finite, 0 for zeros, and the diagonal of a diagonal matrix', () => {
    expect(Array.from(symmetricEigenvalues([1, Number.NaN, Number.NaN, 1], 2))).toEqual([Number.NaN, Number.NaN])
    expect(Array.from(symmetricEigenvalues([1, 0, 0, Number.POSITIVE_INFINITY], 2))).toEqual([Number.NaN, Number.NaN])
    expect(Array.from(symmetricEigenvalues([0, 0, 0, 0], 2))).toEqual([0, 0])
    expect(Array.from(symmetricEigenvalues([1, 0, 0, 0, 3, 0, 0, 0, 2], 3))).toEqual([3, 2, 1])
    expect(Array.from(symmetricEigenvalues([5], 1))).toEqual([5])
  })
})

describe('singularValues:', () => {
  it('the singular values of a matrix of two columns and of its transpose equal the formula', () => {
    // The columns have the lengths 5 and 13 and the inner product 3 * 12 + 4 * 5 = 56.
    const tall = [3, 12, 4, 5, 0, 0]
    const wide = [3, 4, 0, 12, 5, 0]
    const distance = Math.sqrt(72 ** 2 + 56 ** 2)
    const expected = [Math.sqrt(97 + distance), Math.sqrt(97 - distance)].map((value) => expect.closeTo(value, 12))
    expect(Array.from(singularValues(tall, 3, 2))).toEqual(expected)
    expect(Array.from(singularValues(wide, 2, 3))).toEqual(expected)
  })

  it('the product of a column and a row has one singular value above 0, and the others are exactly 0', () => {
    const column = normals(7, 1)
    const row = normals(5, 2)
    const values = Float64Array.from({ length: 35 }, (_, index) => column[Math.floor(index / 5)] * row[index % 5])
    const norm = (vector: Float64Array): number => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
    const [first, ...others] = singularValues(values, 7, 5)
    expect(first).toBeCloseTo(norm(column) * norm(row), 12)
    expect(others).toEqual([0, 0, 0, 0])
  })

  it('the singular values have the same sum of squares as the matrix, from the scale 1e-200 to 1e200', () => {
    for (const scale of [1, 1e-200, 1e200]) {
      const values = normals(12 * 9, 3)
      const squares = values.reduce((sum, value) => sum + value * value, 0)
      const found = singularValues(
        values.map((value) => value * scale),
        12,
        9,
      )
      expect(found.reduce((sum, value) => sum + (value / scale) ** 2, 0)).toBeCloseTo(squares, 10)
    }
  })

  it('singular values are NaN if a value is NaN, and 0 for a matrix of zeros', () => {
    expect(Array.from(singularValues([1, Number.NaN], 1, 2))).toEqual([Number.NaN])
    expect(Array.from(singularValues([0, 0], 1, 2))).toEqual([0])
  })
})

describe('solvePositive:', () => {
  it('the solution X satisfies A X = B', () => {
    const [size, count] = [9, 4]
    const a = normals(size * 12, 4)
    const matrix = gramOfRows(a, size, 12)
    const rightSides = normals(size * count, 5)
    const before = [matrix.slice(), rightSides.slice()]
    const solution = solvePositive(matrix, size, rightSides, count)
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < count; column++) {
        let sum = 0
        for (let k = 0; k < size; k++) sum += matrix[row * size + k] * solution[k * count + column]
        expect(sum).toBeCloseTo(rightSides[row * count + column], 10)
      }
    }
    expect([matrix, rightSides]).toEqual(before)
  })

  it('the solution of a system of two rows is exact', () => {
    // The matrix [[4, 2], [2, 3]] has the inverse [[3, -2], [-2, 4]] / 8.
    expect(Array.from(solvePositive([4, 2, 2, 3], 2, [8, 16], 1))).toEqual([
      expect.closeTo(-1, 14),
      expect.closeTo(6, 14),
    ])
  })

  it('the solution is NaN if the matrix is not positive definite', () => {
    for (const matrix of [
      [1, 2, 2, 1],
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [1, 0, 0, Number.NaN],
    ]) {
      expect(Array.from(solvePositive(matrix, 2, [1, 1], 1))).toEqual([Number.NaN, Number.NaN])
    }
  })
})

it('gramOfRows gives the inner products of all pairs of rows', () => {
  expect(Array.from(gramOfRows([1, 2, 3, 4, 5, 6], 2, 3))).toEqual([14, 32, 32, 77])
})
