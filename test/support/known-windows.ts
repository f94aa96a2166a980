/**
 * Known results of operations on images for some numbers, computed from the definitions with Python's fractions. Pools
 * and their gradients agree with PyTorch 1.13 in float64.
 */
import type { KnownAnswer } from './known-answers.ts'

export const knownWindows: readonly KnownAnswer[] = [
  {
    op: 'maxPool',
    inputs: [
      {
        shape: [20, 2],
        values: [
          -1, 0, 0, 1, -1, 0, 1, 2, -1, 0, 1, -2, 0, 0, 1, -1, 0, 0, 2, -1, 0, 1, -2, 0, 0, 1, -1, 0, 0, 2, -1, 0, 1,
          -2, -1, 0, 1, -1, 0, 0,
        ],
      },
    ],
    outputs: [[1, 1, 1, 2, 1, 1, 1, 1]],
    attributes: { kernel: 2, stride: 2, before: 0, after: 0, height: 2, width: 5, circular: false },
  },
  {
    op: 'maxPoolGradient',
    inputs: [
      { shape: [4, 2], values: [-1.375, 0, 1.375, -1.875, -0.5, 0.875, 2.25, -1] },
      {
        shape: [20, 2],
        values: [
          -1, 0, 0, 1, -1, 0, 1, 2, -1, 0, 1, -2, 0, 0, 1, -1, 0, 0, 2, -1, 0, 1, -2, 0, 0, 1, -1, 0, 0, 2, -1, 0, 1,
          -2, -1, 0, 1, -1, 0, 0,
        ],
      },
      { shape: [4, 2], values: [1, 1, 1, 2, 1, 1, 1, 1] },
    ],
    outputs: [
      [
        0, 0, 0, 0, 0, 0, 1.375, -1.875, 0, 0, -1.375, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.875, 0, 0, 0, -1, 0, 0, 0, 0, 0,
        0, -0.5, 0, 0, 0, 2.25, 0, 0, 0,
      ],
    ],
    attributes: { kernel: 2, stride: 2, before: 0, after: 0, height: 2, width: 5, circular: false },
  },
  {
    op: 'averagePool',
    inputs: [
      {
        shape: [20, 2],
        values: [
          -1, 0, 0, 1, -1, 0, 1, 2, -1, 0, 1, -2, 0, 0, 1, -1, 0, 0, 2, -1, 0, 1, -2, 0, 0, 1, -1, 0, 0, 2, -1, 0, 1,
          -2, -1, 0, 1, -1, 0, 0,
        ],
      },
    ],
    outputs: [[0, -0.25, 0.25, 0.25, -0.5, -0.25, -0.25, 0]],
    attributes: { kernel: 2, stride: 2, before: 0, after: 0, height: 2, width: 5, circular: false },
  },
  {
    op: 'averagePoolGradient',
    inputs: [{ shape: [4, 2], values: [-1.375, 0, 1.375, -1.875, -0.5, 0.875, 2.25, -1] }],
    outputs: [
      [
        -0.34375, 0, -0.34375, 0, 0.34375, -0.46875, 0.34375, -0.46875, 0, 0, -0.34375, 0, -0.34375, 0, 0.34375,
        -0.46875, 0.34375, -0.46875, 0, 0, -0.125, 0.21875, -0.125, 0.21875, 0.5625, -0.25, 0.5625, -0.25, 0, 0, -0.125,
        0.21875, -0.125, 0.21875, 0.5625, -0.25, 0.5625, -0.25, 0, 0,
      ],
    ],
    attributes: { kernel: 2, stride: 2, before: 0, after: 0, height: 2, width: 5, circular: false },
  },
  {
    op: 'maxPool',
    inputs: [
      { shape: [12, 2], values: [-1, 0, 1, -2, 0, 0, 1, -1, 0, 0, 2, -1, 0, 1, -2, -1, 0, 1, -1, 0, 0, 1, -1, 0] },
    ],
    outputs: [[2, 0, 2, 1, 2, 1, 2, 1]],
    attributes: { kernel: 3, stride: 2, before: 1, after: 1, height: 3, width: 4, circular: false },
  },
  {
    op: 'maxPoolGradient',
    inputs: [
      { shape: [4, 2], values: [-0.75, 0.625, 2, -1.25, 0.125, 1.5, -1.75, -0.375] },
      { shape: [12, 2], values: [-1, 0, 1, -2, 0, 0, 1, -1, 0, 0, 2, -1, 0, 1, -2, -1, 0, 1, -1, 0, 0, 1, -1, 0] },
      { shape: [4, 2], values: [2, 0, 2, 1, 2, 1, 2, 1] },
    ],
    outputs: [[0, 0.625, 0, 0, 0, 0, 0, 0, 0, 0, -0.375, 0, 0, -1.625, 0, 0, 0, 1.5, 0, 0, 0, 0, 0, 0]],
    attributes: { kernel: 3, stride: 2, before: 1, after: 1, height: 3, width: 4, circular: false },
  },
  {
    op: 'averagePool',
    inputs: [
      { shape: [12, 2], values: [-1, 0, 1, -2, 0, 0, 1, -1, 0, 0, 2, -1, 0, 1, -2, -1, 0, 1, -1, 0, 0, 1, -1, 0] },
    ],
    outputs: [[0.5, -0.75, 0.3333333333333333, -0.6666666666666666, 0.25, 0, -0.3333333333333333, 0]],
    attributes: { kernel: 3, stride: 2, before: 1, after: 1, height: 3, width: 4, circular: false },
  },
  {
    op: 'averagePoolGradient',
    inputs: [{ shape: [4, 2], values: [-0.75, 0.625, 2, -1.25, 0.125, 1.5, -1.75, -0.375] }],
    outputs: [
      [
        -0.1875, 0.15625, 0.14583333333333334, -0.052083333333333336, 0.3333333333333333, -0.20833333333333334,
        0.3333333333333333, -0.20833333333333334, -0.15625, 0.53125, -0.11458333333333333, 0.2604166666666667,
        0.041666666666666664, -0.2708333333333333, 0.041666666666666664, -0.2708333333333333, 0.03125, 0.375,
        -0.2604166666666667, 0.3125, -0.2916666666666667, -0.0625, -0.2916666666666667, -0.0625,
      ],
    ],
    attributes: { kernel: 3, stride: 2, before: 1, after: 1, height: 3, width: 4, circular: false },
  },
  {
    op: 'toPositions',
    inputs: [
      {
        shape: [2, 12],
        values: [
          0, 1, 10, 11, 100, 101, 110, 111, 200, 201, 210, 211, 1000, 1001, 1010, 1011, 1100, 1101, 1110, 1111, 1200,
          1201, 1210, 1211,
        ],
      },
    ],
    outputs: [
      [
        0, 100, 200, 1, 101, 201, 10, 110, 210, 11, 111, 211, 1000, 1100, 1200, 1001, 1101, 1201, 1010, 1110, 1210,
        1011, 1111, 1211,
      ],
    ],
    attributes: { channels: 3 },
  },
  {
    op: 'fromPositions',
    inputs: [
      {
        shape: [8, 3],
        values: [
          0, 100, 200, 1, 101, 201, 10, 110, 210, 11, 111, 211, 1000, 1100, 1200, 1001, 1101, 1201, 1010, 1110, 1210,
          1011, 1111, 1211,
        ],
      },
    ],
    outputs: [
      [
        0, 1, 10, 11, 100, 101, 110, 111, 200, 201, 210, 211, 1000, 1001, 1010, 1011, 1100, 1101, 1110, 1111, 1200,
        1201, 1210, 1211,
      ],
    ],
    attributes: { positions: 4 },
  },
  {
    op: 'subsample',
    inputs: [
      {
        shape: [12, 2],
        values: [
          100, 200, 101, 201, 102, 202, 103, 203, 110, 210, 111, 211, 112, 212, 113, 213, 120, 220, 121, 221, 122, 222,
          123, 223,
        ],
      },
    ],
    outputs: [[100, 200, 0, 102, 202, 0, 120, 220, 0, 122, 222, 0]],
    attributes: { kernel: 1, stride: 2, before: 0, after: 0, height: 3, width: 4, circular: false, channels: 3 },
  },
  {
    op: 'subsampleGradient',
    inputs: [{ shape: [4, 3], values: [100, 200, 300, 101, 201, 301, 110, 210, 310, 111, 211, 311] }],
    outputs: [[100, 200, 0, 0, 101, 201, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 110, 210, 0, 0, 111, 211, 0, 0]],
    attributes: { kernel: 1, stride: 2, before: 0, after: 0, height: 3, width: 4, circular: false, channels: 2 },
  },
  {
    op: 'meanOverPositions',
    inputs: [{ shape: [6, 2], values: [-1.75, -1.125, -0.5, 0.125, 0.75, 1.375, 2, -2, -1.375, -0.75, -0.125, 0.5] }],
    outputs: [[-0.5, 0.125, 0.16666666666666666, -0.75]],
    attributes: { positions: 3 },
  },
  {
    op: 'meanOverPositionsGradient',
    inputs: [{ shape: [2, 2], values: [-1.375, -0.75, -0.125, 0.5] }],
    outputs: [
      [
        -0.4583333333333333, -0.25, -0.4583333333333333, -0.25, -0.4583333333333333, -0.25, -0.041666666666666664,
        0.16666666666666666, -0.041666666666666664, 0.16666666666666666, -0.041666666666666664, 0.16666666666666666,
      ],
    ],
    attributes: { positions: 3 },
  },
]
