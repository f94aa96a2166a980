/**
 * Known results of each operation for some numbers, computed by Python's mpmath to 40 digits. The outputs follow from the
 * definitions of the operations, and the gradients from finite differences. No code of this project was used.
 */
import type { Call } from './calls.ts'
import { knownActivations } from './known-activations.ts'
import { knownConvolutions } from './known-convolutions.ts'
import { knownLosses } from './known-losses.ts'
import { knownParts } from './known-parts.ts'
import { first, gradient, knownUpdates, parameter } from './known-updates.ts'
import { knownWindows } from './known-windows.ts'

export interface KnownAnswer extends Call {
  readonly outputs: readonly (readonly number[])[]
}

export const knownAnswers: readonly KnownAnswer[] = [
  {
    op: 'add',
    inputs: [
      { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] },
      { shape: [2, 3], values: [0.25, 1, -0.75, -1.5, 0.5, 2.25] },
    ],
    outputs: [[0.75, -0.25, 1.25, 0, 1.25, 1.75]],
  },
  {
    op: 'addBias',
    inputs: [
      { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] },
      { shape: [3], values: [0.25, -0.75, 0.5] },
    ],
    outputs: [[0.75, -2, 2.5, 1.75, 0, 0]],
  },
  {
    op: 'scale',
    inputs: [
      { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] },
      { shape: [], values: [-1.5] },
    ],
    outputs: [[-0.75, 1.875, -3, -2.25, -1.125, 0.75]],
  },
  {
    op: 'copy',
    inputs: [{ shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] }],
    outputs: [[0.5, -1.25, 2, 1.5, 0.75, -0.5]],
  },
  {
    op: 'activation',
    inputs: [{ shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] }],
    outputs: [[0.5, -1.25, 2, 1.5, 0.75, -0.5]],
    attributes: { function: 'identity', slope: 0.25 },
  },
  {
    op: 'activationGradient',
    inputs: [
      { shape: [2, 3], values: [1, -0.5, 0.25, 0.75, 2, -1.5] },
      { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] },
    ],
    outputs: [[1, -0.5, 0.25, 0.75, 2, -1.5]],
    attributes: { function: 'identity', slope: 0.25 },
  },
  {
    op: 'activation',
    inputs: [{ shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] }],
    outputs: [[0.5, 0, 2, 1.5, 0.75, 0]],
    attributes: { function: 'relu', slope: 0.25 },
  },
  {
    op: 'activationGradient',
    inputs: [
      { shape: [2, 3], values: [1, -0.5, 0.25, 0.75, 2, -1.5] },
      { shape: [2, 3], values: [0.5, 0, 2, 1.5, 0.75, 0] },
    ],
    outputs: [[1, 0, 0.25, 0.75, 2, 0]],
    attributes: { function: 'relu', slope: 0.25 },
  },
  {
    op: 'activation',
    inputs: [{ shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] }],
    outputs: [[0.5, -0.3125, 2, 1.5, 0.75, -0.125]],
    attributes: { function: 'leakyRelu', slope: 0.25 },
  },
  {
    op: 'activationGradient',
    inputs: [
      { shape: [2, 3], values: [1, -0.5, 0.25, 0.75, 2, -1.5] },
      { shape: [2, 3], values: [0.5, -0.3125, 2, 1.5, 0.75, -0.125] },
    ],
    outputs: [[1, -0.125, 0.25, 0.75, 2, -0.375]],
    attributes: { function: 'leakyRelu', slope: 0.25 },
  },
  {
    op: 'activation',
    inputs: [{ shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] }],
    outputs: [
      [
        0.46211715726000974, -0.8482836399575129, 0.9640275800758169, 0.9051482536448664, 0.6351489523872873,
        -0.46211715726000974,
      ],
    ],
    attributes: { function: 'tanh', slope: 0.25 },
  },
  {
    op: 'activationGradient',
    inputs: [
      { shape: [2, 3], values: [1, -0.5, 0.25, 0.75, 2, -1.5] },
      {
        shape: [2, 3],
        values: [
          0.46211715726000974, -0.8482836399575129, 0.9640275800758169, 0.9051482536448664, 0.6351489523872873,
          -0.46211715726000974,
        ],
      },
    ],
    outputs: [
      [
        0.7864477329659274, -0.14020743309021633, 0.017662706213291118, 0.1355299791927364, 1.193171616562663,
        -1.179671599448891,
      ],
    ],
    attributes: { function: 'tanh', slope: 0.25 },
  },
  {
    op: 'activation',
    inputs: [{ shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] }],
    outputs: [
      [
        0.6224593312018546, 0.22270013882530884, 0.8807970779778824, 0.8175744761936437, 0.679178699175393,
        0.37754066879814546,
      ],
    ],
    attributes: { function: 'sigmoid', slope: 0.25 },
  },
  {
    op: 'activationGradient',
    inputs: [
      { shape: [2, 3], values: [1, -0.5, 0.25, 0.75, 2, -1.5] },
      {
        shape: [2, 3],
        values: [
          0.6224593312018546, 0.22270013882530884, 0.8807970779778824, 0.8175744761936437, 0.679178699175393,
          0.37754066879814546,
        ],
      },
    ],
    outputs: [
      [
        0.2350037122015945, -0.0865523934962485, 0.02624839635087663, 0.11185983905274964, 0.4357899875236281,
        -0.3525055683023917,
      ],
    ],
    attributes: { function: 'sigmoid', slope: 0.25 },
  },
  {
    op: 'activation',
    inputs: [{ shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] }],
    outputs: [
      [
        0.9740769841801067, 0.2519290813453729, 2.1269280110429727, 1.7014132779827524, 1.1368710061148999,
        0.4740769841801067,
      ],
    ],
    attributes: { function: 'softplus', slope: 0.25 },
  },
  {
    op: 'activationGradient',
    inputs: [
      { shape: [2, 3], values: [1, -0.5, 0.25, 0.75, 2, -1.5] },
      {
        shape: [2, 3],
        values: [
          0.9740769841801067, 0.2519290813453729, 2.1269280110429727, 1.7014132779827524, 1.1368710061148999,
          0.4740769841801067,
        ],
      },
    ],
    outputs: [
      [
        0.6224593312018546, -0.11135006941265442, 0.2201992694944706, 0.6131808571452327, 1.358357398350786,
        -0.5663110031972182,
      ],
    ],
    attributes: { function: 'softplus', slope: 0.25 },
  },
  {
    op: 'activation',
    inputs: [{ shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] }],
    outputs: [
      [
        0.5253504936777402, -1.254395446337865, 2.101401974710961, 1.5760514810332207, 0.7880257405166103,
        -0.6917581878028713,
      ],
    ],
    attributes: { function: 'selu', slope: 0.25 },
  },
  {
    op: 'activationGradient',
    inputs: [
      { shape: [2, 3], values: [1, -0.5, 0.25, 0.75, 2, -1.5] },
      {
        shape: [2, 3],
        values: [
          0.5253504936777402, -1.254395446337865, 2.101401974710961, 1.5760514810332207, 0.7880257405166103,
          -0.6917581878028713,
        ],
      },
    ],
    outputs: [
      [
        1.0507009873554805, -0.2518519472547559, 0.2626752468388701, 0.7880257405166103, 2.101401974710961,
        -1.599511729566758,
      ],
    ],
    attributes: { function: 'selu', slope: 0.25 },
  },
  {
    op: 'activation',
    inputs: [{ shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] }],
    outputs: [
      [
        0.34573123063700656, -0.13206221708356908, 1.9544997361036416, 1.399789198096713, 0.5800294857173488,
        -0.15426876936299344,
      ],
    ],
    attributes: { function: 'gelu', slope: 0.25 },
  },
  {
    op: 'activationGradient',
    inputs: [
      { shape: [2, 3], values: [1, -0.5, 0.25, 0.75, 2, -1.5] },
      { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] },
    ],
    outputs: [
      [
        0.8674951246561629, 0.06133079153471106, 0.27130795026954924, 0.8456018941724847, 1.9984514434784701,
        -0.19875731301575575,
      ],
    ],
    attributes: { function: 'gelu', slope: 0.25 },
  },
  {
    op: 'activation',
    inputs: [{ shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] }],
    outputs: [
      [
        0.3112296656009273, -0.27837517353163604, 1.7615941559557649, 1.2263617142904655, 0.5093840243815447,
        -0.18877033439907273,
      ],
    ],
    attributes: { function: 'silu', slope: 0.25 },
  },
  {
    op: 'activationGradient',
    inputs: [
      { shape: [2, 3], values: [1, -0.5, 0.25, 0.75, 2, -1.5] },
      { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] },
    ],
    outputs: [
      [
        0.7399611873026518, -0.0031595775423437908, 0.2726960621962239, 0.7809706157243572, 1.685199888993507,
        -0.3900582190460223,
      ],
    ],
    attributes: { function: 'silu', slope: 0.25 },
  },
  {
    op: 'activation',
    inputs: [{ shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] }],
    outputs: [
      [
        0.5204998778130465, -0.9229001282564583, 0.9953222650189527, 0.9661051464753108, 0.7111556336535151,
        -0.5204998778130465,
      ],
    ],
    attributes: { function: 'erf', slope: 0.25 },
  },
  {
    op: 'activationGradient',
    inputs: [
      { shape: [2, 3], values: [1, -0.5, 0.25, 0.75, 2, -1.5] },
      { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] },
    ],
    outputs: [
      [
        0.8787825789354448, -0.1182605612236454, 0.005166746338523013, 0.08919771691772203, 1.2858621383904147,
        -1.3181738684031672,
      ],
    ],
    attributes: { function: 'erf', slope: 0.25 },
  },
  {
    op: 'dropout',
    inputs: [
      { shape: [2, 7], values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14] },
      { shape: [], values: [123456789], element: 'int' },
      { shape: [], values: [7], element: 'int' },
      { shape: [], values: [1717986918], element: 'int' },
      { shape: [], values: [1.5] },
    ],
    outputs: [[1.5, 3, 0, 0, 7.5, 9, 0, 12, 0, 15, 16.5, 0, 19.5, 21]],
  },
  {
    op: 'dense',
    inputs: [
      { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] },
      { shape: [2, 3], values: [0.5, -0.25, 1, 1.25, 0.75, -0.5] },
    ],
    outputs: [[2.5625, -1.3125, 0.0625, 2.6875]],
  },
  {
    op: 'denseInputGradient',
    inputs: [
      { shape: [2, 2], values: [1, -0.5, 0.75, 2] },
      { shape: [2, 3], values: [0.5, -0.25, 1, 1.25, 0.75, -0.5] },
    ],
    outputs: [[-0.125, -0.625, 1.25, 2.875, 1.3125, -0.25]],
  },
  {
    op: 'denseWeightGradient',
    inputs: [
      { shape: [2, 2], values: [1, -0.5, 0.75, 2] },
      { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] },
    ],
    outputs: [[1.625, -0.6875, 1.625, 2.75, 2.125, -2]],
  },
  {
    op: 'sumOverBatch',
    inputs: [{ shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] }],
    outputs: [[2, -0.5, 1.5]],
  },
  {
    op: 'meanOverBatch',
    inputs: [{ shape: [3], values: [0.5, -1.25, 3] }],
    outputs: [[0.75]],
  },
  {
    op: 'layerNorm',
    inputs: [
      { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] },
      { shape: [3], values: [1.5, 0.5, 2] },
      { shape: [3], values: [0.25, -0.75, 0.5] },
    ],
    outputs: [
      [
        0.3330773163432567, -1.3038487756217112, 2.6046253473625027, 1.5154922315981612, -0.6733035011152629,
        -1.4941089710031632,
      ],
      [0.4166666666666667, 0.5833333333333334],
      [0.6646185307460536, 0.9203579866168445],
    ],
    attributes: { epsilon: 0.5 },
  },
  {
    op: 'layerNormInputGradient',
    inputs: [
      { shape: [2, 3], values: [1, -0.5, 0.25, 0.75, 2, -1.5] },
      { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] },
      { shape: [3], values: [1.5, 0.5, 2] },
      { shape: [2], values: [0.4166666666666667, 0.5833333333333334] },
      { shape: [2], values: [0.6646185307460536, 0.9203579866168445] },
    ],
    outputs: [
      [
        0.598360548386401, -0.3363866796720823, -0.26197386871431866, 0.24430090674167712, 0.9961521737499964,
        -1.2404530804916736,
      ],
    ],
  },
  {
    op: 'layerNormScaleGradient',
    inputs: [
      { shape: [2, 3], values: [1, -0.5, 0.25, 0.75, 2, -1.5] },
      { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] },
      { shape: [2], values: [0.4166666666666667, 0.5833333333333334] },
      { shape: [2], values: [0.6646185307460536, 0.9203579866168445] },
    ],
    outputs: [[0.6881309933612517, 0.8606347711606595, 1.7586598966726852]],
  },
  {
    op: 'batchStatistics',
    inputs: [{ shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] }],
    outputs: [
      [1, -0.25, 0.75],
      [0.25, 1, 1.5625],
      [1.1547005383792515, 0.816496580927726, 0.6963106238227914],
    ],
    attributes: { epsilon: 0.5 },
  },
  {
    op: 'batchNormalize',
    inputs: [
      { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] },
      { shape: [3], values: [1, -0.25, 0.75] },
      { shape: [3], values: [1.1547005383792515, 0.816496580927726, 0.6963106238227914] },
      { shape: [3], values: [1.5, 0.5, 2] },
      { shape: [3], values: [0.25, -0.75, 0.5] },
    ],
    outputs: [
      [
        -0.6160254037844386, -1.158248290463863, 2.2407765595569784, 1.1160254037844386, -0.341751709536137,
        -1.2407765595569784,
      ],
    ],
  },
  {
    op: 'inverseDeviation',
    inputs: [{ shape: [3], values: [0.5, 1.75, 3.5] }],
    outputs: [[1, 0.6666666666666666, 0.5]],
    attributes: { epsilon: 0.5 },
  },
  {
    op: 'batchNormScaleGradient',
    inputs: [
      { shape: [2, 3], values: [1, -0.5, 0.25, 0.75, 2, -1.5] },
      { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] },
      { shape: [3], values: [1, -0.25, 0.75] },
      { shape: [3], values: [1.1547005383792515, 0.816496580927726, 0.6963106238227914] },
    ],
    outputs: [[-0.14433756729740643, 2.041241452319315, 1.523179489612356]],
  },
  {
    op: 'batchNormInputGradient',
    inputs: [
      { shape: [2, 3], values: [1, -0.5, 0.25, 0.75, 2, -1.5] },
      { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] },
      { shape: [3], values: [1, -0.25, 0.75] },
      { shape: [3], values: [1.1547005383792515, 0.816496580927726, 0.6963106238227914] },
      { shape: [3], values: [1.5, 0.5, 2] },
      { shape: [3], values: [-0.14433756729740643, 2.041241452319315, 1.523179489612356] },
      { shape: [3], values: [1.75, 1.5, -1.25] },
    ],
    outputs: [
      [
        0.14433756729740643, -0.17010345435994292, 0.2954045070763357, -0.14433756729740643, 0.17010345435994292,
        -0.2954045070763357,
      ],
    ],
  },
  {
    op: 'runningUpdate',
    inputs: [
      { shape: [3], values: [0.5, 1, -2] },
      { shape: [3], values: [1.5, 3, 1] },
    ],
    outputs: [[0.9375, 1.875, -1.125]],
    attributes: { momentum: 0.25, correction: 1.5 },
  },
  ...knownLosses,
  {
    op: 'sgdUpdate',
    inputs: [parameter, gradient, { shape: [], values: [0.25] }],
    outputs: [[0.375, -1.34375, 1.9375, 1.6875, 0.53125, -1]],
    attributes: { weightDecay: 0.5 },
  },
  {
    op: 'momentumUpdate',
    inputs: [parameter, gradient, first, { shape: [], values: [0.25] }, { shape: [], values: [0.75] }],
    outputs: [
      [0.1875, -1.25, 1.890625, 1.546875, 0.15625, -0.71875],
      [1.25, 0, 0.4375, -0.1875, 2.375, 0.875],
    ],
    attributes: { weightDecay: 0.5 },
  },
  {
    op: 'zeros',
    inputs: [],
    outputs: [[0, 0, 0, 0, 0, 0]],
    attributes: { shape: '2x3' },
  },
  ...knownActivations,
  ...knownUpdates,
  ...knownConvolutions,
  ...knownWindows,
  ...knownParts,
]
