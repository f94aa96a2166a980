/**
 * What sums over parts of the rows, what is made of them, and arithmetic with scalars give for a few numbers, computed once by
 * their definitions with Python's fractions; roots by mpmath.
 */
import type { KnownAnswer } from './known-answers.ts'

/** 1,030 rows of 3, which are summed in two parts. */
const many = (step: number) => ({
  shape: [1030, 3],
  values: Array.from({ length: 3 * 1030 }, (_, index) => (((step * index) % 23) - 9) / 4),
})

export const knownParts: readonly KnownAnswer[] = [
  {
    op: 'multiply',
    inputs: [
      { shape: [2, 3], values: [-1.875, -1.25, -0.625, 0, 0.625, 1.25] },
      { shape: [2, 3], values: [-1.125, -0.25, 0.625, 1.5, -2.25, -1.375] },
    ],
    outputs: [[2.109375, 0.3125, -0.390625, 0, -1.40625, -1.71875]],
  },
  {
    op: 'addScalar',
    inputs: [
      { shape: [2, 3], values: [-1.875, -1.25, -0.625, 0, 0.625, 1.25] },
      { shape: [], values: [-0.625] },
    ],
    outputs: [[-2.5, -1.875, -1.25, -0.625, 0, 0.625]],
  },
  {
    op: 'sumOfVector',
    inputs: [{ shape: [11], values: [-2, -1.375, -0.75, -0.125, 0.5, 1.125, 1.75, -2.25, -1.625, -1, -0.375] }],
    outputs: [[-6.125]],
  },
  { op: 'partialSums', inputs: [many(7)], outputs: [[260.75, 259.25, 252, 260.5, 253.25, 257.5]] },
  {
    op: 'partialStatistics',
    inputs: [many(7)],
    outputs: [
      [0.5063106796116504, 0.5033980582524272, 0.4893203883495146, 0.5058252427184466, 0.491747572815534, 0.5],
      [1414.0419902912622, 1422.8065533980582, 1416.1912621359224, 1421.8575242718446, 1419.652427184466, 1406.5],
    ],
  },
  {
    op: 'batchNormPartialGradients',
    inputs: [many(5), many(7), { shape: [3], values: [0.25, -0.5, 1] }, { shape: [3], values: [0.5, 2, 0.75] }],
    outputs: [
      [261.28125, 1415.75, 244.359375, 256.28125, 1404.5, 233.25],
      [258.5, 258.25, 252.25, 257.5, 251.5, 262.75],
    ],
  },
  {
    op: 'mergeStatistics',
    inputs: [
      { shape: [3, 2], values: [-0.125, -1.0625, 0.75, -0.1875, -0.08333333333333333, -0.25] },
      { shape: [3, 2], values: [3.78125, 1.7578125, 3.78125, 1.7578125, 3.9479166666666665, 7.03125] },
    ],
    outputs: [
      [0.14285714285714285, -0.4642857142857143],
      [1.7920918367346939, 1.6505102040816326],
      [0.7222350170318611, 0.7504787743864564],
    ],
    attributes: { rows: 7, epsilon: 0.125 },
  },
]
