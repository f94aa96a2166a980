/** Whether the network still tells samples apart before the first step. */

import { number } from '../../format/words.ts'
import type { Evidence } from '../evidence.ts'
import {
  type Assessment,
  firstOf,
  hiddenReading,
  holds,
  lastOf,
  placeOf,
  ruledOut,
  scoreOf,
  withoutSymptom,
} from './assessment.ts'

/** 1 - cosine: a deep plain ReLU network has 9 pi^2 / (2 depth^2), which is this at 47 layers. */
const leastDifference = 0.02
/** What is left of the difference that there is after the first layer. */
const leastShare = 0.1

export function correlationCollapse(evidence: Evidence): Assessment {
  const differences = hiddenReading(evidence, 'cosine').map((cosine) => 1 - cosine)
  const [first, last] = [firstOf(differences), lastOf(differences)]
  const share = last / first
  const at = differences.findIndex((value) => value <= Math.max(leastDifference, leastShare * first))
  if (Number.isNaN(last)) {
    const sentence = 'what its last hidden layer gives is 0 for all samples, which has no direction.'
    return ruledOut('correlation-collapse', 'the correlation before training', { sentence, evidence: [] })
  }
  const words = `the cosine between different samples is ${cosineText(first)} after the first layer and ${cosineText(last)} after the last hidden one`
  const rank = lastOf(hiddenReading(evidence, 'effectiveRank'))
  const rows = [
    { name: '1 - cosine between samples, last hidden layer', value: last, limit: leastDifference, words },
    {
      name: 'share of the first layer’s 1 - cosine that is left',
      value: share,
      limit: leastShare,
      words: `${number(share)} of the difference after the first layer`,
    },
    {
      name: 'effective rank of the last hidden layer',
      value: Number.isNaN(rank) ? null : rank,
      limit: null,
      words: `${number(rank)} ${rank === 1 ? 'dimension holds' : 'dimensions hold'} what the last hidden layer says of the probe samples`,
    },
  ]
  if (!(last <= leastDifference && share <= leastShare)) {
    return ruledOut('correlation-collapse', 'the correlation before training', {
      sentence: `${words}.`,
      evidence: rows,
    })
  }
  const where = at >= 0 && at < differences.length - 1 ? `, most of it by ${placeOf(evidence, at)}` : ''
  const sentence = `All inputs look alike to the network before any training: ${words}${where}, so its gradients carry hardly any difference between them.`
  return (
    withoutSymptom('correlation-collapse', evidence, rows) ??
    holds('correlation-collapse', scoreOf(Math.log10(1 / last), Math.log10(1 / leastDifference)), {
      sentence,
      evidence: rows,
    })
  )
}

/** `0.9978`: as many digits as it takes to see how far from 1 it is. */
function cosineText(difference: number): string {
  if (!(difference > 1e-12)) return '1 to within rounding'
  const digits = Math.min(12, Math.max(2, Math.ceil(-Math.log10(difference)) + 1))
  return (1 - difference).toFixed(digits)
}
