/**
 * Ridge regression (Hoerl & Kennard 1970): the affine map for which the squared error plus a penalty on the matrix of
 * the map is smallest.
 */
import { gramOfRows, solvePositive } from './linear-algebra.ts'
import { euclideanNorm } from './norm.ts'

/** A matrix [rows, width], stored row by row. */
export interface Matrix {
  readonly rows: number
  readonly width: number
  readonly values: Float64Array
}

/** An affine map, which gives one row of outputs for each row of inputs. */
export type AffineMap = (inputs: Matrix) => Matrix

/**
 * Penalties relative to the mean eigenvalue of the inputs' Gram matrix, so that the unit of the inputs doesn't matter.
 */
const usualPenalties = [1e-9, 1e-6, 1e-4, 1e-2, 1e-1, 1]
/** Every fourth row is held out to choose the penalty. */
const heldOut = 4

/**
 * Fits an affine map from the rows of inputs to the rows of targets. The penalty with the smallest error on held-out
 * rows is chosen, and the map is then fitted to all rows.
 */
export function fitRidge(inputs: Matrix, targets: Matrix, penalties: readonly number[] = usualPenalties): AffineMap {
  const all = Array.from({ length: inputs.rows }, (_, row) => row)
  const kept = all.filter((row) => row % heldOut > 0)
  const judging = all.filter((row) => row % heldOut === 0)
  const [known, judged] = [rowsAt(targets, kept), rowsAt(targets, judging)]
  let best = { penalty: penalties[0], error: Number.POSITIVE_INFINITY }
  for (const penalty of penalties.length > 1 ? penalties : []) {
    const map = fitWith(rowsAt(inputs, kept), known, penalty)
    const error = distance(map(rowsAt(inputs, judging)), judged)
    if (error < best.error) best = { penalty, error }
  }
  return fitWith(inputs, targets, best.penalty)
}

/**
 * Fits the map for one penalty p. For centered X [rows, width] and Y [rows, outputs], the matrix of the map is
 * (X'X + p)^-1 X'Y. The equal expression X'(XX' + p)^-1 Y needs a smaller system if X has fewer rows than columns.
 */
function fitWith(inputs: Matrix, targets: Matrix, penalty: number): AffineMap {
  const [inputMeans, targetMeans] = [meansOf(inputs), meansOf(targets)]
  const x = centered(inputs, inputMeans)
  const y = centered(targets, targetMeans)
  const across = transposed(x)
  const matrix =
    x.rows < x.width ? times(across, regularized(x, y, penalty)) : regularized(across, times(across, y), penalty)
  return (given) => {
    const result = times(centered(given, inputMeans), matrix)
    return { ...result, values: result.values.map((value, index) => value + targetMeans[index % result.width]) }
  }
}

/** The solution (A A' + penalty * trace(A A') / n)^-1 B, where n is the number of A's rows. */
function regularized({ rows, width, values }: Matrix, right: Matrix, penalty: number): Matrix {
  const gram = gramOfRows(values, rows, width)
  const step = rows + 1
  let trace = 0
  for (let index = 0; index < gram.length; index += step) trace += gram[index]
  // The Gram matrix of inputs that don't vary has the trace 0. For the trace 0, any positive number on the diagonal
  // makes the matrix of the map zero.
  const added = trace > 0 ? (penalty * trace) / rows : 1
  for (let index = 0; index < gram.length; index += step) gram[index] += added
  return { ...right, values: solvePositive(gram, rows, right.values, right.width) }
}

/** The matrix of the chosen rows, in the given order. */
export function rowsAt({ width, values }: Matrix, rows: readonly number[]): Matrix {
  const chosen = new Float64Array(rows.length * width)
  rows.forEach((row, place) => {
    chosen.set(values.subarray(row * width, (row + 1) * width), place * width)
  })
  return { rows: rows.length, width, values: chosen }
}

function meansOf({ rows, width, values }: Matrix): Float64Array {
  const means = new Float64Array(width)
  values.forEach((value, index) => {
    means[index % width] += value / rows
  })
  return means
}

/** The Euclidean norm of the difference between two matrices. */
export function distance(one: Matrix, other: Matrix): number {
  return euclideanNorm([one.values.map((value, index) => value - other.values[index])])
}

/** The Euclidean norm of a table after the mean of each column is subtracted. */
export function spreadOf(table: Matrix): number {
  return euclideanNorm([centered(table, meansOf(table)).values])
}

function centered(table: Matrix, means: Float64Array): Matrix {
  return { ...table, values: table.values.map((value, index) => value - means[index % table.width]) }
}

function transposed({ rows, width, values }: Matrix): Matrix {
  const turned = Float64Array.from(values, (_, index) => values[(index % rows) * width + Math.floor(index / rows)])
  return { rows: width, width: rows, values: turned }
}

function times(one: Matrix, other: Matrix): Matrix {
  const values = new Float64Array(one.rows * other.width)
  for (let row = 0; row < one.rows; row++) {
    for (let inner = 0; inner < one.width; inner++) {
      const factor = one.values[row * one.width + inner]
      const [to, from] = [row * other.width, inner * other.width]
      for (let column = 0; column < other.width; column++) values[to + column] += factor * other.values[from + column]
    }
  }
  return { rows: one.rows, width: other.width, values }
}
