/** Words for a collapse of correlation. */
import { number } from '../../format/words.ts'
import type { CorrelationCollapseFacts } from '../causes/correlation.ts'
import { harmlessText, placeText, type Words } from './words.ts'

export function correlationCollapseWords(facts: CorrelationCollapseFacts): Words {
  if (facts.outcome === 'no direction') {
    const statement = 'what its last hidden layer gives is 0 for all samples, which has no direction'
    return { statement, evidence: [] }
  }
  const { first, last, leastDifference, share, leastShare, rank } = facts
  const words = `the cosine between different samples is ${cosineText(first)} after the first layer and ${cosineText(last)} after the last hidden one`
  const evidence = [
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
  switch (facts.outcome) {
    case 'within limits':
      return { statement: words, evidence }
    case 'harmless':
      return { statement: harmlessText(facts), evidence }
    case 'beyond limits': {
      const where = facts.place === null ? '' : `, most of it by ${placeText(facts.place)}`
      return {
        statement: `All inputs look alike to the network before any training: ${words}${where}, so its gradients carry hardly any difference between them`,
        evidence,
      }
    }
  }
}

/** `0.9978`: as many digits as it takes to see how far from 1 it is. */
function cosineText(difference: number): string {
  if (!(difference > 1e-12)) return '1 to within rounding'
  const digits = Math.min(12, Math.max(2, Math.ceil(-Math.log10(difference)) + 1))
  return (1 - difference).toFixed(digits)
}
