/**
 * Known results of further activation functions and their gradients, computed by Python's mpmath to 40 digits
 * (scripts/known_activation.py), and of PReLU and softmax. No code of this project was used.
 */
import type { ActivationName } from '../../src/network/activations.ts'
import type { KnownAnswer } from './known-answers.ts'

interface Row {
  readonly name: ActivationName
  readonly x: readonly number[]
  readonly y: readonly number[]
  /** Input of the gradient besides dy: x or y. */
  readonly kept: 'x' | 'y'
  /** The derivative at x times dy. */
  readonly gradient: readonly number[]
}

const dy = [1, -0.5, 0.25, 0.75, 2, -1.5]

const rows: readonly Row[] = [
  {
    name: 'relu6',
    x: [0.5, -1.25, 8, 6.5, 5.75, -0.5],
    y: [0.5, 0, 6, 6, 5.75, 0],
    kept: 'y',
    gradient: [1, 0, 0, 0, 2, 0],
  },
  {
    name: 'elu',
    x: [0.5, -1.25, 2, 1.5, 0.75, -0.5],
    y: [0.5, -0.7134952031398099, 2, 1.5, 0.75, -0.3934693402873666],
    kept: 'y',
    gradient: [1, -0.14325239843009505, 0.25, 0.75, 2, -0.9097959895689501],
  },
  {
    name: 'softsign',
    x: [0.5, -1.25, 2, 1.5, 0.75, -0.5],
    y: [0.3333333333333333, -0.5555555555555556, 0.6666666666666666, 0.6, 0.42857142857142855, -0.3333333333333333],
    kept: 'x',
    gradient: [
      0.4444444444444444, -0.09876543209876543, 0.027777777777777776, 0.12, 0.6530612244897959, -0.6666666666666666,
    ],
  },
  {
    name: 'mish',
    x: [0.5, -1.25, 2, 1.5, 0.75, -0.5],
    y: [
      0.37524521130489513, -0.3084139611415277, 1.9439589595339946, 1.4033782663958025, 0.6100183352182934,
      -0.22074377465173,
    ],
    kept: 'x',
    gradient: [
      0.8864243753577272, 0.00734878123650977, 0.2673294835698724, 0.8163659887558857, 1.971516711433376,
      -0.4342660168702683,
    ],
  },
  {
    name: 'hardSwish',
    x: [0.5, -1.25, 4.5, -3.5, 0.75, -0.5],
    y: [0.2916666666666667, -0.3645833333333333, 4.5, 0, 0.46875, -0.20833333333333334],
    kept: 'x',
    gradient: [0.6666666666666666, -0.041666666666666664, 0.25, 0, 1.5, -0.5],
  },
]

const shape = [2, 3]
const mixed = { shape, values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] }

const ofFunctions: readonly KnownAnswer[] = rows.flatMap(({ name, x, y, kept, gradient }) => {
  const attributes = { function: name, slope: 0.25 }
  const inputs = [
    { shape, values: dy },
    { shape, values: kept === 'x' ? x : y },
  ]
  return [
    { op: 'activation', inputs: [{ shape, values: x }], outputs: [y], attributes } as const,
    { op: 'activationGradient', inputs, outputs: [gradient], attributes } as const,
  ]
})

const slopes = { shape: [3], values: [0.25, 0.5, -2] }
const shared = { shape: [], values: [0.25] }
const cotangent = { shape, values: dy }
const probabilities = [
  0.17682018210744427, 0.030726740326436432, 0.7924530775661193, 0.6220058829452726, 0.29381477471148953,
  0.08417934234323783,
]

const ofLayers: readonly KnownAnswer[] = [
  { op: 'prelu', inputs: [mixed, slopes], outputs: [[0.5, -0.625, 2, 1.5, 0.75, 1]] },
  { op: 'prelu', inputs: [mixed, shared], outputs: [[0.5, -0.3125, 2, 1.5, 0.75, -0.125]] },
  { op: 'preluGradient', inputs: [cotangent, mixed, slopes], outputs: [[1, -0.25, 0.25, 0.75, 2, 3]] },
  { op: 'preluGradient', inputs: [cotangent, mixed, shared], outputs: [[1, -0.125, 0.25, 0.75, 2, -0.375]] },
  { op: 'preluSlopeTerms', inputs: [cotangent, mixed], outputs: [[0, 0.625, 0, 0, 0, 0.75]] },
  { op: 'softmax', inputs: [mixed], outputs: [probabilities] },
  {
    op: 'softmaxGradient',
    inputs: [cotangent, { shape, values: probabilities }],
    outputs: [
      [
        0.11324093484526737, -0.026411786681577613, -0.08682914816368976, -0.11063304409857747, 0.31500911872927223,
        -0.20437607463069477,
      ],
    ],
  },
]

export const knownActivations: readonly KnownAnswer[] = [...ofFunctions, ...ofLayers]
