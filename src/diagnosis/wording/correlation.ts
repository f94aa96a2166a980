/** Words for the cause "correlation collapse". */
import { number } from '../../format/words.ts'
import type { CorrelationCollapseFacts } from '../causes/correlation.ts'
import { harmlessText, placeText, twoSentences, type Words } from './words.ts'

export function correlationCollapseWords(facts: CorrelationCollapseFacts): Words {
  if (facts.outcome === 'no direction') {
    const statement = 'the outputs of the last hidden layer are 0 for all samples and have no direction'
    return { statement, evidence: [] }
  }
  const { first, last, leastDifference, share, leastShare, rank } = facts
  const ends = `${cosineText(first)} after the first layer and ${cosineText(last)} after the last hidden layer`
  const words = `the cosine between different samples is ${ends}`
  const evidence = [
    { name: '1 - cosine between samples, last hidden layer', value: last, limit: leastDifference, words },
    {
      name: 'fraction of the first layer’s 1 - cosine that remains after the last hidden layer',
      value: share,
      limit: leastShare,
      words: remainderText(share),
    },
    {
      name: 'effective rank of the last hidden layer',
      value: Number.isNaN(rank) ? null : rank,
      limit: null,
      words: rankText(rank),
    },
  ]
  switch (facts.outcome) {
    case 'within limits':
      return { statement: words, evidence }
    case 'harmless':
      return { statement: harmlessText(facts), evidence }
    case 'beyond limits': {
      const where = facts.place === null ? '' : `, and most of the difference is lost by ${placeText(facts.place)}`
      const found = 'all inputs look alike to the network before training, so the gradients hardly depend on the input'
      return { statement: twoSentences(found, `${words}${where}`), evidence }
    }
  }
}

function remainderText(share: number): string {
  if (!Number.isFinite(share)) return 'the samples are already alike after the first layer'
  return `${number(share)} of the difference after the first layer remains after the last hidden layer`
}

function rankText(rank: number): string {
  if (Number.isNaN(rank)) return 'the effective rank is not known'
  const count = number(rank)
  const dimensions = `${count} ${count === '1' ? 'dimension' : 'dimensions'}`
  return `the outputs of the last hidden layer for the probe samples fill ${dimensions}`
}

/** Formats a cosine with enough digits to show its distance from 1, such as `0.9978`. */
function cosineText(difference: number): string {
  if (!(difference > 1e-12)) return '1 up to rounding'
  const digits = Math.min(12, Math.max(2, Math.ceil(-Math.log10(difference)) + 1))
  return (1 - difference).toFixed(digits)
}
