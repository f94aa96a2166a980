/** Words for vanishing and exploding gradients. */
import { number, percent } from '../../format/words.ts'
import type { GradientFacts } from '../causes/gradient.ts'
import { type EvidenceRow, finite, harmlessText, placeText, type Words } from './words.ts'

export function vanishingGradientWords(facts: GradientFacts): Words {
  const norms = normsText(facts)
  const lost = lostText(facts)
  const evidence = rowsOf('powers of ten that gradients shrink by toward the input', facts)
  switch (facts.outcome) {
    case 'within limits':
      return { statement: norms, evidence }
    case 'harmless':
      return { statement: harmlessText(facts), evidence }
    case 'beyond limits':
      return { statement: `The gradient vanishes on its way to the input: ${norms}; ${lost}`, evidence }
  }
}

export function explodingGradientWords(facts: GradientFacts): Words {
  const norms = normsText(facts)
  const evidence = rowsOf('powers of ten that gradients grow by toward the input', facts)
  switch (facts.outcome) {
    case 'within limits':
      return { statement: norms, evidence }
    case 'harmless':
      return { statement: harmlessText(facts), evidence }
    case 'beyond limits':
      return { statement: `The gradient explodes on its way to the input: ${norms}`, evidence }
  }
}

function normsText({ ends, isOverMultipliers }: GradientFacts): string {
  if (ends === null) return 'the gradient is 0 in all hidden layers'
  const { first, last } = ends
  const start = first.place === null ? 'the first layer' : placeText(first.place)
  const end = last.place === null ? 'the last hidden one' : placeText(last.place)
  const over = isOverMultipliers ? ', over their branches’ multipliers' : ''
  return `gradient norm ${number(first.norm)} in ${start}, ${number(last.norm)} in ${end}${over}`
}

const lostText = ({ lostUpdates }: GradientFacts): string =>
  `${percent(lostUpdates)} of its weights get an update under half a unit in their last place`

function rowsOf(name: string, facts: GradientFacts): EvidenceRow[] {
  const { decades, limit, lostUpdates } = facts
  return [
    { name, value: finite(decades), limit, words: normsText(facts) },
    {
      name: 'share of the first layer’s weights that a step does not move',
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
  const words = `the singular values of the input-output Jacobian go from ${number(smallest)} to ${number(largest)}, medians of ${samples} samples`
  return [{ name: 'largest singular value of the input-output Jacobian', value: finite(largest), limit: null, words }]
}
