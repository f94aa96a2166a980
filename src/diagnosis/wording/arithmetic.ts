/** Words for an error of the arithmetic. */
import { number, percent } from '../../format/words.ts'
import type { NumericalErrorFacts } from '../causes/arithmetic.ts'
import { lossChangeText } from './controls.ts'
import { type EvidenceRow, finite, harmlessText, seedsText, type Words } from './words.ts'

export function numericalErrorWords(facts: NumericalErrorFacts): Words {
  const rows = gradientRows(facts)
  switch (facts.outcome) {
    case 'harmless':
      return { statement: harmlessText(facts), evidence: rows }
    case 'untried':
      return { statement: 'whether float64 changes anything has not been tried', evidence: rows }
    case 'in float64 already':
      return { statement: 'it is computed in float64 already', evidence: rows }
  }
  const { recovery, limit, seeds, loss } = facts
  const row: EvidenceRow = {
    name: 'share of what it lacks that float64 gives back',
    value: recovery,
    limit,
    words: `in float64 ${lossChangeText(loss)}, with ${seedsText(seeds)}`,
  }
  const evidence = [row, ...rows]
  if (facts.outcome === 'not restored') return { statement: `in float64 ${lossChangeText(loss)}`, evidence }
  const statement = `Float32 loses what the network needs: in float64 it has ${lossChangeText(loss)}, ${percent(Math.min(1, recovery))} of what it lacks`
  return { statement, evidence }
}

function gradientRows({ gradient }: NumericalErrorFacts): EvidenceRow[] {
  if (gradient === null) return []
  const { first, worst } = gradient
  const words = `the float32 gradient of the first layer is off by ${number(first)} of its length, of the worst layer by ${number(worst)}`
  return [
    {
      name: 'relative error of the float32 gradient before training, worst layer',
      value: finite(worst),
      limit: null,
      words,
    },
  ]
}
