/**
 * Results of measurements on networks before or after training. A measurement gives evidence without any further
 * training.
 */
import type { AffineReplacement } from '../probes/affine.ts'
import type { LinearProbeAccuracy } from '../probes/linear-probe.ts'
import type { PrecisionGap } from '../probes/precision.ts'
import type { LossWithoutBlocks } from '../probes/without-block.ts'

/**
 * Result of the constructive solution: the trained shallow twin, extended by identity layers to the depth of the
 * network.
 */
export type ConstructiveResult =
  | {
      readonly impossible: null
      /** Training loss of the deep network with the constructed weights, computed in float64. */
      readonly loss: number | null
      /** Training loss of the twin with its trained weights, computed in float64. */
      readonly shallowLoss: number | null
      /**
       * Largest absolute difference between the outputs of the twin and of the constructed deep network, over the probe
       * samples.
       */
      readonly gap: number
      /** Largest absolute output over the probe samples. */
      readonly scale: number
      readonly exactness: 'exact' | 'approximate'
    }
  | { readonly impossible: string }

/** Largest and smallest singular value of the input-output Jacobian, as medians over the measured samples. */
export interface Stretch {
  readonly largest: number
  readonly smallest: number
  readonly samples: number
}

export interface Measured {
  readonly constructive?: ConstructiveResult
  /** Rounding error of the float32 gradient before the first step, with the first seed. */
  readonly precision?: PrecisionGap
  /** Largest eigenvalue of the Hessian before the first step, with the first seed. */
  readonly sharpness?: { readonly eigenvalue: number; readonly stability: number | null }
  /**
   * Singular values of the input-output Jacobian before the first step, with the first seed. The result is null if
   * samples have no Jacobian of their own, as with batch norm.
   */
  readonly jacobian?: Stretch | null
  /** Accuracies of linear classifiers after the last step, with the first seed. */
  readonly linearProbe?: LinearProbeAccuracy | null
  /** Losses of the network without some of its residual blocks, after the last step, with the first seed. */
  readonly withoutBlocks?: LossWithoutBlocks
  /** Losses of the network with some layers replaced by affine maps, after the last step, with the first seed. */
  readonly affine?: AffineReplacement
}
