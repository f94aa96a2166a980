/** Units that let nothing through: never active, or so far out that they don't react. */

import { percent } from '../../format/words.ts'
import type { Evidence } from '../evidence.ts'
import {
  type Assessment,
  type EvidenceRow,
  hiddenReading,
  holds,
  largestOf,
  placeOf,
  ruledOut,
  scoreOf,
  withoutSymptom,
} from './assessment.ts'

/** Where all samples look alike, half of the units of a ReLU layer are off for all of them: more isn't that. */
const mostDead = 0.6
const mostSaturated = 0.5

export function deadUnits(evidence: Evidence): Assessment {
  const start = hiddenReading(evidence, 'deadUnits')
  const end = hiddenReading(evidence, 'deadUnits', 'end')
  const [before, after] = [largestOf(start), largestOf(end)]
  if (before === Number.NEGATIVE_INFINITY) {
    const sentence = 'no layer has units that can die.'
    return ruledOut('dead-units', 'the activations', { sentence, evidence: [] })
  }
  const where = placeOf(evidence, start.indexOf(before))
  const words = `${percent(before)} of a layer's units (${where}) are active for none of the probe samples`
  const rows: EvidenceRow[] = [
    { name: 'dead units before training, worst layer', value: before, limit: mostDead, words },
    {
      name: 'dead units after training, worst layer',
      value: Number.isFinite(after) ? after : null,
      limit: null,
      words: `${percent(after)} after the last step`,
    },
  ]
  if (before < mostDead) {
    return ruledOut('dead-units', 'the units before training', { sentence: `at most ${words}.`, evidence: rows })
  }
  const sentence = `Units are dead before any training: ${words}, and no gradient passes them.`
  return (
    withoutSymptom('dead-units', evidence, rows) ??
    holds(
      'dead-units',
      scoreOf(before, mostDead),
      { sentence, evidence: rows },
      start.findIndex((value) => value >= mostDead),
    )
  )
}

export function saturatedUnits(evidence: Evidence): Assessment {
  const start = hiddenReading(evidence, 'saturatedUnits')
  const before = largestOf(start)
  if (before === Number.NEGATIVE_INFINITY) {
    const sentence = 'no layer has units that can saturate.'
    return ruledOut('saturated-units', 'the activations', { sentence, evidence: [] })
  }
  const where = placeOf(evidence, start.indexOf(before))
  const words = `in ${where} ${percent(before)} of the units' reactions to the probe samples are under a thousandth of the steepest`
  const rows: EvidenceRow[] = [
    { name: 'saturated reactions before training, worst layer', value: before, limit: mostSaturated, words },
  ]
  if (before < mostSaturated) {
    return ruledOut('saturated-units', 'the units before training', { sentence: `${words}.`, evidence: rows })
  }
  const sentence = `Units are saturated before any training: ${words}, and hardly any gradient passes them.`
  return (
    withoutSymptom('saturated-units', evidence, rows) ??
    holds(
      'saturated-units',
      scoreOf(before, mostSaturated),
      { sentence, evidence: rows },
      start.findIndex((value) => value >= mostSaturated),
    )
  )
}
