/** Every operation's meaning, as plain loops in float64: what all other backends are judged by. */
import type { OpName } from '../../graph/ops.ts'
import { dense, denseInputGradient, denseWeightGradient, meanOverBatch, sumOverBatch } from './dense.ts'
import {
  activation,
  activationGradient,
  add,
  addBias,
  batchNormalise,
  batchNormInputGradient,
  copy,
  dropout,
  scale,
} from './elementwise.ts'
import { softmaxCrossEntropy, squaredError } from './losses.ts'
import {
  batchNormScaleGradient,
  batchStatistics,
  inverseDeviation,
  layerNorm,
  layerNormInputGradient,
  layerNormScaleGradient,
  runningUpdate,
} from './normalisation.ts'
import type { Operation } from './operation.ts'
import { adamUpdate, clipFactor, join, momentumUpdate, normOfAll, norms, part, sgdUpdate, zeros } from './updates.ts'

export const operations = {
  add,
  addBias,
  scale,
  activation,
  activationGradient,
  dropout,
  dense,
  denseInputGradient,
  denseWeightGradient,
  sumOverBatch,
  meanOverBatch,
  layerNorm,
  layerNormInputGradient,
  layerNormScaleGradient,
  batchStatistics,
  batchNormalise,
  inverseDeviation,
  batchNormScaleGradient,
  batchNormInputGradient,
  runningUpdate,
  softmaxCrossEntropy,
  squaredError,
  sgdUpdate,
  momentumUpdate,
  adamUpdate,
  norms,
  normOfAll,
  clipFactor,
  part,
  join,
  copy,
  zeros,
} satisfies Record<OpName, Operation>
