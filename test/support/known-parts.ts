/**
 * Known results of partial sums over rows, of the operations that use partial sums, and of arithmetic with scalars. All
 * results were computed from the definitions with Python's fractions, and roots with mpmath.
 */
import type { KnownAnswer } from './known-answers.ts'

/** A tensor of 262 rows with 3 columns, which is summed in two parts. */
const many = (step: number) => ({
  shape: [262, 3],
  values: Array.from({ length: 3 * 262 }, (_, index) => (((step * index) % 23) - 9) / 4),
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
  { op: 'partialSums', inputs: [many(7)], attributes: { parts: 2 }, outputs: [[70.75, 58.5, 63.5, 63.5, 74.25, 62]] },
  {
    op: 'partialStatistics',
    inputs: [many(7)],
    attributes: { parts: 2 },
    outputs: [
      [
        0.5400763358778626, 0.44656488549618323, 0.4847328244274809, 0.4847328244274809, 0.566793893129771,
        0.4732824427480916,
      ],
      [
        368.3520992366412, 365.12595419847327, 349.71946564885496, 349.71946564885496, 360.97805343511453,
        370.6564885496183,
      ],
    ],
  },
  {
    op: 'batchNormPartialGradients',
    attributes: { parts: 2 },
    inputs: [many(5), many(7), { shape: [3], values: [0.25, -0.5, 1] }, { shape: [3], values: [0.5, 2, 0.75] }],
    outputs: [
      [69.375, 346, 62.671875, 65.40625, 374, 63.09375],
      [69, 60.25, 63, 63, 71.5, 62.75],
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
