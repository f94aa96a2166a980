/** How gradients change from the last hidden layer to the first before the first step. */

import { number, percent } from '../../format/words.ts'
import type { Evidence } from '../evidence.ts'
import {
  type Assessment,
  type EvidenceRow,
  firstOf,
  hiddenReading,
  holds,
  lastOf,
  placeOf,
  ruledOut,
  scoreOf,
  withoutSymptom,
} from './assessment.ts'

/**
 * By hidden stage. The gradient of a residual branch's weights has its multiplier as a factor, which says nothing of the way to
 * the input: it is taken out. NaN where a branch is multiplied by 0.
 */
function gradientNorms(evidence: Evidence): readonly number[] {
  const { stages } = evidence
  return hiddenReading(evidence, 'gradientNorm').map((norm, stage) => {
    const multiplier = stages[stage]?.multiplier ?? 1
    return multiplier === 0 ? Number.NaN : norm / Math.abs(multiplier)
  })
}

/** Powers of ten by which the first layer's gradient is larger than the last hidden one's; below 0 where it is smaller. */
export function growthTowardsInput(evidence: Evidence): number {
  const norms = gradientNorms(evidence)
  const [first, last] = [firstOf(norms), lastOf(norms)]
  return last === 0 ? Number.NaN : Math.log10(first / last)
}

/** Beyond these the first layers don't move in any run of usual length. */
export const vanishingDecades = 3
/** Beyond these they don't move at all: their updates are lost in the weights' last bits. */
export const severeDecades = 6
/** A plain network of 20 layers with batch normalisation has 1, one of 56 more than 3. */
const explodingDecades = 2

function rowsOf(evidence: Evidence, name: string, value: number, limit: number): EvidenceRow[] {
  const norms = gradientNorms(evidence)
  const over = evidence.stages.some(({ multiplier }) => multiplier !== 1) ? ', over their branches’ multipliers' : ''
  const known = [...norms.keys()].filter((stage) => !Number.isNaN(norms[stage]))
  const [first, last] = [known[0], known[known.length - 1]]
  const start = first === 0 ? 'the first layer' : placeOf(evidence, first)
  const end = last === norms.length - 1 ? 'the last hidden one' : placeOf(evidence, last)
  const words = norms.every((norm) => !(norm > 0))
    ? 'the gradient is 0 in all hidden layers'
    : `gradient norm ${number(norms[first])} in ${start}, ${number(norms[last])} in ${end}${over}`
  const { jacobian } = evidence.measured
  const stretch: EvidenceRow[] = jacobian
    ? [
        {
          name: 'largest singular value of the input-output Jacobian',
          value: Number.isFinite(jacobian.largest) ? jacobian.largest : null,
          limit: null,
          words: `the singular values of the input-output Jacobian go from ${number(jacobian.smallest)} to ${number(jacobian.largest)}, medians of ${jacobian.samples} samples`,
        },
      ]
    : []
  const lost = firstOf(hiddenReading(evidence, 'lostUpdates'))
  return [
    { name, value: Number.isFinite(value) ? value : null, limit, words },
    {
      name: 'share of the first layer’s weights that a step does not move',
      value: Number.isNaN(lost) ? null : lost,
      limit: null,
      words: `${percent(lost)} of its weights get an update under half a unit in their last place`,
    },
    ...stretch,
  ]
}

export function vanishingGradient(evidence: Evidence): Assessment {
  const decades = -growthTowardsInput(evidence)
  const rows = rowsOf(evidence, 'powers of ten that gradients shrink by towards the input', decades, vanishingDecades)
  const [{ words }, { words: lost }] = rows
  if (!(decades >= vanishingDecades)) {
    return ruledOut('vanishing-gradient', 'the gradients before training', { sentence: `${words}.`, evidence: rows })
  }
  const sentence = `The gradient vanishes on its way to the input: ${words}; ${lost}.`
  return (
    withoutSymptom('vanishing-gradient', evidence, rows) ??
    holds('vanishing-gradient', scoreOf(decades, vanishingDecades), { sentence, evidence: rows })
  )
}

export function explodingGradient(evidence: Evidence): Assessment {
  const decades = growthTowardsInput(evidence)
  const rows = rowsOf(evidence, 'powers of ten that gradients grow by towards the input', decades, explodingDecades)
  const [{ words }] = rows
  if (!(decades >= explodingDecades)) {
    return ruledOut('exploding-gradient', 'the gradients before training', { sentence: `${words}.`, evidence: rows })
  }
  const sentence = `The gradient explodes on its way to the input: ${words}.`
  return (
    withoutSymptom('exploding-gradient', evidence, rows) ??
    holds('exploding-gradient', scoreOf(decades, explodingDecades), { sentence, evidence: rows })
  )
}
