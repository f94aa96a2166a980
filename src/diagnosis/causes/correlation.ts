/** The cause "correlation collapse": the network cannot tell samples apart before the first step. */
import type { Evidence } from '../evidence.ts'
import { type Judged, mechanism, ruledOut, type Standing, scoreOf } from './assessment.ts'
import { firstOf, hiddenReading, lastOf, placeOf, type StagePlace } from './layer-values.ts'

/** Smallest 1 - cosine. A deep plain ReLU network has 9 pi^2 / (2 depth^2), which is 0.02 at 47 layers. */
const leastDifference = 0.02
/** Smallest remaining fraction of the difference after the first layer. */
const leastShare = 0.1

/** A difference is 1 - the mean cosine between different samples. */
export type CorrelationCollapseFacts =
  | { readonly outcome: 'no direction' }
  | ({
      /** Difference after the first hidden layer. */
      readonly first: number
      /** Difference after the last hidden layer. */
      readonly last: number
      readonly leastDifference: number
      /** Fraction of the first layer's difference that remains after the last hidden layer. */
      readonly share: number
      readonly leastShare: number
      /** Effective rank of the last hidden layer. The value is NaN if the rank is not known. */
      readonly rank: number
    } & Standing<{
      /** Layer by which most of the difference is lost. The value is null for the last hidden layer. */
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
