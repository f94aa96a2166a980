/** The cause "correlation collapse": the network cannot tell samples apart before the first training step. */
import type { Evidence } from '../evidence.ts'
import { type Judged, mechanism, ruledOut, type Standing, scoreOf } from './assessment.ts'
import { firstOf, hiddenReading, lastOf, placeOf, type StagePlace } from './layer-values.ts'

/**
 * Limit of 1 - cosine between samples, at or below which the samples look alike. In a deep plain ReLU network, 1 -
 * cosine is 9 pi^2 / (2 depth^2), which is 0.02 at 47 layers.
 */
const leastDifference = 0.02
/** Limit of the fraction of the first layer's 1 - cosine that remains after the last hidden layer. */
const leastShare = 0.1

/**
 * Facts about the correlation of samples. A difference is 1 - the mean cosine between the outputs for different
 * samples.
 */
export type CorrelationCollapseFacts =
  | { readonly outcome: 'no direction' }
  | ({
      /** 1 - the mean cosine between samples after the first hidden layer. */
      readonly first: number
      /** 1 - the mean cosine between samples after the last hidden layer. */
      readonly last: number
      readonly leastDifference: number
      /** Fraction of the first layer's 1 - cosine that remains after the last hidden layer. */
      readonly share: number
      readonly leastShare: number
      /** Effective rank of the outputs of the last hidden layer, or NaN if the rank is not known. */
      readonly rank: number
    } & Standing<{
      /**
       * Layer by which most of the difference between samples is lost, or null if that layer is the last hidden layer.
       */
      readonly place: StagePlace | null
    }>)

export function correlationCollapse(evidence: Evidence): Judged<'correlation-collapse', CorrelationCollapseFacts> {
  const cause = 'correlation-collapse'
  const observation = 'correlation before training'
  const differences = hiddenReading(evidence, 'cosine').map((cosine) => 1 - cosine)
  const [first, last] = [firstOf(differences), lastOf(differences)]
  if (Number.isNaN(last)) return ruledOut(cause, { outcome: 'no direction' }, { observation })
  const share = last / first
  const at = differences.findIndex((value) => value <= Math.max(leastDifference, leastShare * first))
  const rank = lastOf(hiddenReading(evidence, 'effectiveRank'))
  const isBeyond = last <= leastDifference && share <= leastShare
  const score = scoreOf(Math.log10(1 / last), Math.log10(1 / leastDifference))
  const place = at >= 0 && at < differences.length - 1 ? placeOf(evidence, at) : null
  return mechanism(cause, evidence, {
    observation,
    facts: { first, last, leastDifference, share, leastShare, rank },
    beyond: isBeyond ? { score, facts: { place } } : null,
  })
}
