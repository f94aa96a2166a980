/** What is measured on networks that were trained already, or before any training: no control, but evidence. */
import type { AffineReplacement } from '../probes/affine.ts'
import type { LinearProbeAccuracy } from '../probes/linear-probe.ts'
import type { PrecisionGap } from '../probes/precision.ts'
import type { LossWithoutBlocks } from '../probes/without-block.ts'

/** The shallow twin's trained weights with identity layers up to the network's depth. */
export type ConstructiveResult =
  | {
      readonly impossible: null
      /** Training loss of the deep network with these weights, and of the shallow one, both in float64. */
      readonly loss: number | null
      readonly shallowLoss: number | null
      /** Largest difference of their outputs over the probe samples, and the largest output. */
      readonly gap: number
      readonly scale: number
      readonly exactness: 'exact' | 'approximate'
    }
  | { readonly impossible: string }

/** Singular values of the input-output Jacobian: medians over the samples that it was measured of. */
export interface Stretch {
  readonly largest: number
  readonly smallest: number
  readonly samples: number
}

export interface Measured {
  readonly constructive?: ConstructiveResult
  /** Before the first step; of the network's first seed. */
  readonly precision?: PrecisionGap
  /** Before the first step; of the network's first seed. */
  readonly sharpness?: { readonly eigenvalue: number; readonly stability: number | null }
  /** Before the first step; of the network's first seed. Null where samples have no Jacobian each, as with batch norm. */
  readonly jacobian?: Stretch | null
  /** After the last step; of the network's first seed. */
  readonly linearProbe?: LinearProbeAccuracy | null
  /** After the last step; of the network's first seed. */
  readonly withoutBlocks?: LossWithoutBlocks
  readonly affine?: AffineReplacement
}
