/** Words for the cause "numerical error". */
import { number, percent } from '../../format/words.ts'
import type { NumericalErrorFacts } from '../causes/arithmetic.ts'
import { lossChangeText } from './controls.ts'
import { type EvidenceRow, finite, harmlessText, seedsText, twoSentences, type Words } from './words.ts'

export function numericalErrorWords(facts: NumericalErrorFacts): Words {
  const rows = gradientRows(facts)
  switch (facts.outcome) {
    case 'harmless':
      return { statement: harmlessText(facts), evidence: rows }
    case 'untried':
      return { statement: 'the training has not been repeated in float64', evidence: rows }
    case 'in float64 already':
      return { statement: 'the network is already trained in float64', evidence: rows }
  }
  const { recovery, limit, seeds, loss } = facts
  const change = lossChangeText(loss, 'in float64')
  const row: EvidenceRow = {
    name: 'fraction of the loss gap that float64 recovers',
    value: recovery,
    limit,
    words: `${change} (${seedsText(seeds)})`,
  }
  const evidence = [row, ...rows]
  if (facts.outcome === 'not restored') return { statement: change, evidence }
  const recovered = percent(Math.min(1, recovery))
  const found = `float32 is too imprecise for the network: float64 recovers ${recovered} of the loss gap`
  return { statement: twoSentences(found, change), evidence }
}

function gradientRows({ gradient }: NumericalErrorFacts): EvidenceRow[] {
  if (gradient === null) return []
  const { first, worst } = gradient
  const errors = `${number(first)} in the first layer and ${number(worst)} in the worst layer`
  return [
    {
      name: 'relative error of the float32 gradient before training, worst layer',
      value: finite(worst),
      limit: null,
      words: `the relative error of the float32 gradient is ${errors}`,
    },
  ]
}
