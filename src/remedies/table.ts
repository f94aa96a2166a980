/** Table of all remedies by name, from the smallest change to the largest. Files, JSON and tables use these names. */
import { addedDropout } from './added-dropout.ts'
import { batchNormalization } from './batch-normalization.ts'
import { clippedGradients } from './clipped-gradients.ts'
import { criticalTanh } from './critical-tanh.ts'
import { criticalWeights } from './critical-weights.ts'
import { deltaOrthogonalWeights } from './delta-orthogonal-weights.ts'
import { fewerLayers } from './fewer-layers.ts'
import { fixup } from './fixup.ts'
import { heWeights } from './he-weights.ts'
import { layerNormalization } from './layer-normalization.ts'
import { usualLeakySlope } from './leaky-slope-by-depth.ts'
import { leakyUnits } from './leaky-units.ts'
import { multiplierByDepth } from './multiplier-by-depth.ts'
import { multiplierByRoot } from './multiplier-by-root.ts'
import { noRegularization } from './no-regularization.ts'
import { orthogonalWeights } from './orthogonal-weights.ts'
import { ratesByLayer } from './rates-by-layer.ts'
import { reluActivation } from './relu-activation.ts'
import type { Remedy } from './remedy.ts'
import { rescaledWeights } from './rescaled-weights.ts'
import { residualLinks } from './residual-links.ts'
import { residualLinksFromZero } from './residual-links-from-zero.ts'
import { seluActivation } from './selu-activation.ts'
import { smallEpsilon } from './small-epsilon.ts'
import { variedImages } from './varied-images.ts'
import { warmUp } from './warm-up.ts'
import { weightDecay } from './weight-decay.ts'
import { widerLayers } from './wider-layers.ts'
import { zeroBiases } from './zero-biases.ts'
import { zeroMultiplier } from './zero-multiplier.ts'

export const remedies = {
  'rescaled weights': rescaledWeights,
  'rescaled weights, zero biases': zeroBiases,
  'He weights': heWeights,
  'orthogonal weights': orthogonalWeights,
  'delta-orthogonal weights': deltaOrthogonalWeights,
  'critical weights': criticalWeights,
  'rates by layer': ratesByLayer,
  'small epsilon': smallEpsilon,
  'warm-up': warmUp,
  'clipped gradients': clippedGradients,
  'multiplier 1/L': multiplierByDepth,
  'multiplier 1/sqrt(L)': multiplierByRoot,
  'zero multiplier': zeroMultiplier,
  Fixup: fixup,
  'no regularization': noRegularization,
  'weight decay': weightDecay,
  dropout: addedDropout,
  augmentation: variedImages,
  'leaky units': leakyUnits,
  'leaky slope by depth': usualLeakySlope,
  'critical tanh': criticalTanh,
  SELU: seluActivation,
  ReLU: reluActivation,
  'batch normalization': batchNormalization,
  'layer normalization': layerNormalization,
  'residual links': residualLinks,
  'residual links from zero': residualLinksFromZero,
  'fewer layers': fewerLayers,
  'wider layers': widerLayers,
} as const satisfies Readonly<Record<string, Remedy>>

export type RemedyName = keyof typeof remedies

/** Names of all remedies, in the order of `remedies`. */
export const remedyNames: readonly RemedyName[] = Object.keys(remedies).filter((name): name is RemedyName =>
  Object.hasOwn(remedies, name),
)
