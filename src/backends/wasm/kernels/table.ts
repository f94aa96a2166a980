/**
 * The table of kernel emitters: the first operation of a kernel determines the function that writes the kernel's code.
 */
import type { OpName } from '../../../graph/ops.ts'
import { assertInvariant } from '../../../support/errors.ts'
import { emitConv } from './conv.ts'
import { emitConvWeightGradient, emitSumParts } from './conv-weight-gradient.ts'
import { emitDense, emitDenseInputGradient } from './dense.ts'
import { emitDenseWeightGradient } from './dense-weight-gradient.ts'
import { emitAbsoluteError, emitBinaryCrossEntropy, emitHuber, emitSquaredError } from './element-losses.ts'
import { emitFlipKernel } from './flip-kernel.ts'
import { emitClipFactor, emitNormOfAll, emitNorms, emitUnmoved } from './norms.ts'
import type { KernelContext } from './operands.ts'
import {
  emitBatchNormPartialGradients,
  emitMergeStatistics,
  emitPartialStatistics,
  emitPartialSums,
  emitSumOfVector,
} from './parts.ts'
import {
  emitAveragePool,
  emitAveragePoolGradient,
  emitMaxPool,
  emitMaxPoolGradient,
  emitMeanOverPositions,
  emitMeanOverPositionsGradient,
} from './pools.ts'
import { emitFromPositions, emitSubsample, emitSubsampleGradient, emitToPositions } from './positions.ts'
import {
  emitBatchNormScaleGradient,
  emitBatchStatistics,
  emitInverseDeviation,
  emitLayerNormScaleGradient,
  emitMeanOverBatch,
  emitSumOverBatch,
} from './reductions.ts'
import { emitLayerNorm, emitLayerNormInputGradient, emitSoftmaxCrossEntropy, emitZeros } from './rows.ts'
import { emitSoftmax, emitSoftmaxGradient } from './softmax.ts'
import { emitMap } from './tile.ts'
import { emitRunningUpdate, emitUpdate } from './updates.ts'
import { emitWinogradConv } from './winograd/conv.ts'
import { emitWinogradWeightGradient } from './winograd/weight-gradient.ts'

/** Emits a convolution by the direct sum or by Winograd's algorithm, as the plan has chosen. */
const emitConvolution = (context: KernelContext): void =>
  context.kernel.algorithm === 'direct' ? emitConv(context) : emitWinogradConv(context)

const emitWeightGradient = (context: KernelContext): void =>
  context.kernel.algorithm === 'direct' ? emitConvWeightGradient(context) : emitWinogradWeightGradient(context)

/**
 * Table entry for views, which need no kernel. A view only names a place in memory, which the plan already contains.
 */
function neverEmitted({ kernel }: KernelContext): void {
  assertInvariant(false, `${kernel.nodes[0].op} is a view, which never becomes a kernel`)
}

export const kernelEmitters = {
  add: emitMap,
  addBias: emitMap,
  addScalar: emitMap,
  scale: emitMap,
  multiply: emitMap,
  activation: emitMap,
  activationGradient: emitMap,
  prelu: emitMap,
  preluGradient: emitMap,
  preluSlopeTerms: emitMap,
  dropout: emitMap,
  batchNormalize: emitMap,
  batchNormInputGradient: emitMap,
  copy: emitMap,
  dense: emitDense,
  denseInputGradient: emitDenseInputGradient,
  denseWeightGradient: emitDenseWeightGradient,
  conv: emitConvolution,
  flipKernel: emitFlipKernel,
  convInputGradient: emitConvolution,
  convWeightGradient: emitWeightGradient,
  sumParts: emitSumParts,
  toPositions: emitToPositions,
  fromPositions: emitFromPositions,
  subsample: emitSubsample,
  subsampleGradient: emitSubsampleGradient,
  maxPool: emitMaxPool,
  maxPoolGradient: emitMaxPoolGradient,
  averagePool: emitAveragePool,
  averagePoolGradient: emitAveragePoolGradient,
  meanOverPositions: emitMeanOverPositions,
  meanOverPositionsGradient: emitMeanOverPositionsGradient,
  partialSums: emitPartialSums,
  sumOfVector: emitSumOfVector,
  partialStatistics: emitPartialStatistics,
  mergeStatistics: emitMergeStatistics,
  batchNormPartialGradients: emitBatchNormPartialGradients,
  sumOverBatch: emitSumOverBatch,
  meanOverBatch: emitMeanOverBatch,
  layerNorm: emitLayerNorm,
  layerNormInputGradient: emitLayerNormInputGradient,
  layerNormScaleGradient: emitLayerNormScaleGradient,
  batchStatistics: emitBatchStatistics,
  inverseDeviation: emitInverseDeviation,
  batchNormScaleGradient: emitBatchNormScaleGradient,
  runningUpdate: emitRunningUpdate,
  softmax: emitSoftmax,
  softmaxGradient: emitSoftmaxGradient,
  softmaxCrossEntropy: emitSoftmaxCrossEntropy,
  binaryCrossEntropy: emitBinaryCrossEntropy,
  squaredError: emitSquaredError,
  absoluteError: emitAbsoluteError,
  huber: emitHuber,
  sgdUpdate: emitUpdate,
  momentumUpdate: emitUpdate,
  adagradUpdate: emitUpdate,
  rmspropUpdate: emitUpdate,
  rmspropMomentumUpdate: emitUpdate,
  adamUpdate: emitUpdate,
  lionUpdate: emitUpdate,
  norms: emitNorms,
  unmoved: emitUnmoved,
  normOfAll: emitNormOfAll,
  clipFactor: emitClipFactor,
  zeros: emitZeros,
  part: neverEmitted,
  join: neverEmitted,
} satisfies Record<OpName, (context: KernelContext) => void>
