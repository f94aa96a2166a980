/** Whether float32 is to blame: the same run in float64. */

import { number, percent } from '../../format/words.ts'
import type { Evidence } from '../evidence.ts'
import {
  type Assessment,
  answerOf,
  type EvidenceRow,
  holds,
  instead,
  largestOf,
  open,
  restoring,
  ruledOut,
  scoreOf,
  withoutSymptom,
} from './assessment.ts'

export function numericalError(evidence: Evidence): Assessment {
  const { precision } = evidence.measured
  const [first, worst] = precision ? [precision.gradient[0], largestOf(precision.gradient)] : [Number.NaN, Number.NaN]
  const rows: EvidenceRow[] = Number.isFinite(first)
    ? [
        {
          name: 'relative error of the float32 gradient before training, worst layer',
          value: Number.isFinite(worst) ? worst : null,
          limit: null,
          words: `the float32 gradient of the first layer is off by ${number(first)} of its length, of the worst layer by ${number(worst)}`,
        },
      ]
    : []
  const healthy = withoutSymptom('numerical-error', evidence, rows)
  if (healthy) return healthy
  const answer = answerOf(evidence, 'float64')
  if (answer.kind === 'needs') {
    const sentence = 'whether float64 changes anything has not been tried.'
    return open('numerical-error', [answer.need], { sentence, evidence: rows })
  }
  if (answer.kind === 'impossible') {
    return ruledOut('numerical-error', 'float64', { sentence: 'it is computed in float64 already.', evidence: rows })
  }
  const row: EvidenceRow = {
    name: 'share of what it lacks that float64 gives back',
    value: answer.recovery,
    limit: restoring,
    words: `in float64 ${instead(evidence, 'float64')}, with ${answer.seeds === 1 ? 'one seed' : `${answer.seeds} seeds`}`,
  }
  const found = { evidence: [row, ...rows] }
  if (answer.kind === 'restores') {
    const sentence = `Float32 loses what the network needs: in float64 it has ${instead(evidence, 'float64')}, ${percent(Math.min(1, answer.recovery))} of what it lacks.`
    return holds('numerical-error', scoreOf(answer.recovery, restoring), { ...found, sentence })
  }
  const sentence = `in float64 ${instead(evidence, 'float64')}.`
  return ruledOut('numerical-error', 'float64', { ...found, sentence })
}
