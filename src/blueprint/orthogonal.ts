import type { Random } from '../support/random.ts'

/**
 * A random matrix [rows, columns] with orthonormal columns, or with orthonormal rows if there are fewer rows than
 * columns (Saxe et al. 2014). The random orthogonal matrix is uniformly distributed over all matrices with orthonormal
 * columns (or rows). Gram-Schmidt on gaussian vectors makes the diagonal of the triangular factor positive, as the sign
 * correction of Mezzadri (2007) does. The only operations are + - * / and sqrt, so the matrix has the same bits on
 * every machine.
 */
export function orthogonalMatrix(rows: number, columns: number, random: Random): Float64Array {
  const size = Math.max(rows, columns)
  const vectors = new Float64Array(rows * columns)
  for (let start = 0; start < vectors.length; start += size) {
    drawDirection(vectors, start, size, random)
    // If a Gram-Schmidt pass removes most of the vector, the remaining vector carries the rounding errors of the pass.
    // A second Gram-Schmidt pass removes the rounding errors of the first (Kahan's "twice is enough", in Parlett 1980).
    // If a Gram-Schmidt pass leaves almost nothing of the vector, another random vector is drawn.
    for (let rest = 0; rest < 0.5; ) {
      removeEarlier(vectors, start, size)
      rest = normalize(vectors, start, size)
      if (rest < 1e-8) drawDirection(vectors, start, size, random)
    }
  }
  return rows < columns ? vectors : transposed(vectors, columns, rows)
}

function drawDirection(vectors: Float64Array, start: number, size: number, random: Random): void {
  for (let place = start; place < start + size; place++) vectors[place] = random.normal()
  normalize(vectors, start, size)
}

/** Scales the vector at `start` to length 1 and returns its previous length. */
function normalize(vectors: Float64Array, start: number, size: number): number {
  let square = 0
  for (let place = start; place < start + size; place++) square += vectors[place] * vectors[place]
  const length = Math.sqrt(square)
  if (length > 0) for (let place = start; place < start + size; place++) vectors[place] /= length
  return length
}

/** Subtracts from the vector at `start` its components along all preceding vectors, one after the other. */
function removeEarlier(vectors: Float64Array, start: number, size: number): void {
  for (let earlier = 0; earlier < start; earlier += size) {
    // The dot product is accumulated in two separate sums, so that an addition needn't wait for the result of the
    // previous addition.
    let even = 0
    let odd = 0
    for (let place = 0; place + 1 < size; place += 2) {
      even += vectors[start + place] * vectors[earlier + place]
      odd += vectors[start + place + 1] * vectors[earlier + place + 1]
    }
    if (size % 2 === 1) even += vectors[start + size - 1] * vectors[earlier + size - 1]
    const share = even + odd
    for (let place = 0; place < size; place++) vectors[start + place] -= share * vectors[earlier + place]
  }
}

function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(matrix.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = matrix[row * columns + column]
  }
  return result
}
