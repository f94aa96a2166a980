/** Whether the network still tells samples apart before the first step. */
import type { Evidence } from '../evidence.ts'
import { type Judged, mechanism, ruledOut, type Standing, scoreOf } from './assessment.ts'
import { firstOf, hiddenReading, lastOf, placeOf, type StagePlace } from './layer-values.ts'

/** 1 - cosine: a deep plain ReLU network has 9 pi^2 / (2 depth^2), which is this at 47 layers. */
const leastDifference = 0.02
/** What is left of the difference that there is after the first layer. */
const leastShare = 0.1

/** Differences are 1 - the mean cosine between different samples. */
export type CorrelationCollapseFacts =
  | { readonly outcome: 'no direction' }
  | ({
      /** After the first hidden layer, and after the last one. */
      readonly first: number
      readonly last: number
      readonly leastDifference: number
      /** What is left of the first layer's. */
      readonly share: number
      readonly leastShare: number
      /** Effective rank of the last hidden layer; NaN where it isn't known. */
      readonly rank: number
    } & Standing<{
      /** The layer by which most of it is lost; null where that is the last one. */
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
