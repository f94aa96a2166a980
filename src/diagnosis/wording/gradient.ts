/** Words for the causes "vanishing gradient" and "exploding gradient". */
import { counted, number, percent } from '../../format/words.ts'
import type { GradientFacts } from '../causes/gradient.ts'
import { type EvidenceRow, finite, harmlessText, placeText, twoSentences, type Words } from './words.ts'

export function vanishingGradientWords(facts: GradientFacts): Words {
  const norms = normsText(facts)
  const evidence = rowsOf('powers of ten by which gradients shrink toward the input', facts)
  switch (facts.outcome) {
    case 'within limits':
      return { statement: norms, evidence }
    case 'harmless':
      return { statement: harmlessText(facts), evidence }
    case 'beyond limits': {
      const found = `the gradient vanishes on the way to the input: ${norms}`
      const statement = Number.isNaN(facts.lostUpdates) ? found : twoSentences(found, lostText(facts))
      return { statement, evidence }
    }
  }
}

export function explodingGradientWords(facts: GradientFacts): Words {
  const norms = normsText(facts)
  const evidence = rowsOf('powers of ten by which gradients grow toward the input', facts)
  switch (facts.outcome) {
    case 'within limits':
      return { statement: norms, evidence }
    case 'harmless':
      return { statement: harmlessText(facts), evidence }
    case 'beyond limits':
      return { statement: `the gradient explodes on the way to the input: ${norms}`, evidence }
  }
}

function normsText({ ends, isOverMultipliers }: GradientFacts): string {
  if (ends === null) return 'the gradient is 0 in all hidden layers'
  const { first, last } = ends
  const start = first.place === null ? 'the first layer' : placeText(first.place)
  const end = last.place === null ? 'the last hidden layer' : placeText(last.place)
  const over = isOverMultipliers ? ', divided by the multipliers of the residual branches' : ''
  return `the gradient norm is ${number(first.norm)} in ${start} and ${number(last.norm)} in ${end}${over}`
}

function lostText({ lostUpdates }: GradientFacts): string {
  if (Number.isNaN(lostUpdates)) return 'the effect of a step on the weights of the first layer is not known'
  const weights = `${percent(lostUpdates)} of the weights of the first layer`
  return `a step changes ${weights} by less than half a unit in the last place`
}

function rowsOf(name: string, facts: GradientFacts): EvidenceRow[] {
  const { decades, limit, lostUpdates } = facts
  return [
    { name, value: finite(decades), limit, words: normsText(facts) },
    {
      name: 'fraction of the first layer’s weights that a step does not move',
      value: Number.isNaN(lostUpdates) ? null : lostUpdates,
      limit: null,
      words: lostText(facts),
    },
    ...jacobianRows(facts),
  ]
}

function jacobianRows({ jacobian }: GradientFacts): EvidenceRow[] {
  if (jacobian === null) return []
  const { smallest, largest, samples } = jacobian
  const range = `from ${number(smallest)} to ${number(largest)}`
  const words = `the singular values of the input-output Jacobian range ${range} (median over ${counted(samples, 'sample')})`
  return [{ name: 'largest singular value of the input-output Jacobian', value: finite(largest), limit: null, words }]
}
