/** Whether the step is too large: the same run at a third and a tenth of the rate. */

import { number, percent } from '../../format/words.ts'
import { type ControlName, type ControlOf, controls, controlsOf } from '../controls.ts'
import { difference, type Evidence, meanOf, symptomOf, trainingError } from '../evidence.ts'
import {
  type Answer,
  type Assessment,
  answerOf,
  type EvidenceRow,
  holds,
  instead,
  type Need,
  open,
  restoring,
  ruledOut,
  scoreOf,
} from './assessment.ts'

const rates = controlsOf('rate')
type Rate = ControlOf<'rate'>

/** Without a symptom, a training error above this is still worth a try at another rate. */
export const poorFit = 0.1
/** A change that halves the training error is the answer to it. */
const halved = 0.5

export function fitsPoorly(evidence: Evidence): boolean {
  const error = meanOf(evidence, 'patient', trainingError) ?? 0
  return error >= Math.min(poorFit, evidence.chance.error / 2)
}

export interface Relief {
  /** Training errors in the mean of the seeds that the control was run with: the patient's, and the control's. */
  readonly before: number
  readonly after: number
  /** What is taken away, over `before`. */
  readonly share: number
  /** Beyond the spread of the seeds. */
  readonly isSure: boolean
  readonly seeds: number
}

/** How much of its training error a control takes away; null before it was run. */
export function relief(evidence: Evidence, control: ControlName): Relief | null {
  const found = difference(evidence, 'patient', control, trainingError)
  if (!found) return null
  const { first: before, second: after, count: seeds } = found
  // Where there is no error with these seeds, only the others can tell.
  const share = before > 0 ? 1 - after / before : Number(seeds < evidence.seeds.length)
  return { before, after, share, isSure: found.verdict === 'better', seeds }
}

export function unstableStep(evidence: Evidence): Assessment {
  const rows = sharpnessRows(evidence)
  const symptom = symptomOf(evidence)
  if (symptom === 'none' && !fitsPoorly(evidence)) {
    const error = percent(meanOf(evidence, 'patient', trainingError) ?? Number.NaN)
    return ruledOut('unstable-step', 'training', { sentence: `its training error is ${error}.`, evidence: rows })
  }
  return symptom === 'none' ? byRelief(evidence, rows) : byRecovery(evidence, rows)
}

function byRecovery(evidence: Evidence, rows: readonly EvidenceRow[]): Assessment {
  const answers = rates.map((rate) => ({ rate, answer: answerOf(evidence, rate) }))
  const tried = answers.flatMap(({ rate, answer }) => ('recovery' in answer ? [{ rate, answer }] : []))
  const found = { evidence: [...tried.map(({ rate, answer }) => rowOf(evidence, rate, answer)), ...rows] }
  const best = tried.toSorted((a, b) => b.answer.recovery - a.answer.recovery)[0]
  if (best?.answer.kind === 'restores') {
    const sentence = `The step is too large: at ${wordsOf(best.rate)} of the rate it has ${instead(evidence, best.rate)}.`
    return holds('unstable-step', scoreOf(best.answer.recovery, restoring), { ...found, sentence })
  }
  const needs = answers.flatMap(({ answer }): Need[] => (answer.kind === 'needs' ? [answer.need] : []))
  if (needs.length > 0) {
    return open('unstable-step', needs, { ...found, sentence: 'whether a smaller rate helps is not settled.' })
  }
  const helps = best !== undefined && best.answer.recovery > 0.25 ? ', which helps and does not restore it' : ''
  const sentence = `${tried.map(({ rate }) => `at ${wordsOf(rate)} of the rate ${instead(evidence, rate)}`).join(', ')}${helps}.`
  return ruledOut('unstable-step', tried.map(({ rate }) => rate).join(', '), { ...found, sentence })
}

function rowOf(evidence: Evidence, rate: Rate, answer: Extract<Answer, { recovery: number }>): EvidenceRow {
  return {
    name: `share of what it lacks that ${wordsOf(rate)} of the rate gives back`,
    value: answer.recovery,
    limit: restoring,
    words: `at ${wordsOf(rate)} of the rate ${instead(evidence, rate)}, with ${answer.seeds === 1 ? 'one seed' : `${answer.seeds} seeds`}`,
  }
}

/** It is no worse than with fewer layers, but both fit poorly. */
function byRelief(evidence: Evidence, rows: readonly EvidenceRow[]): Assessment {
  const tried = rates.map((rate) => ({ rate, found: relief(evidence, rate) }))
  const missing = tried.filter(({ found }) => found === null)
  const settled = (share: number, rate: Rate): boolean =>
    share < halved || evidence.records.filter(({ control }) => control === rate).length >= evidence.seeds.length
  const needs = tried.flatMap(({ rate, found }): Need[] => {
    if (found === null) return [{ control: rate, seeds: 1 }]
    return settled(found.share, rate) ? [] : [{ control: rate, seeds: evidence.seeds.length }]
  })
  const ready = tried.flatMap(({ rate, found }) =>
    found && found.share >= halved && found.isSure ? [{ rate, found }] : [],
  )
  const words = tried
    .filter(({ found }) => found !== null)
    .map(({ rate }) => `at ${wordsOf(rate)} of the rate ${instead(evidence, rate)}`)
  if (ready.length > 0) {
    const [{ rate, found }] = ready.toSorted((a, b) => b.found.share - a.found.share)
    const sentence = `The step is too large: at ${wordsOf(rate)} of the rate it has ${instead(evidence, rate)}.`
    return holds('unstable-step', scoreOf(found.share, halved), { sentence, evidence: rows })
  }
  const isUnsure = tried.some(({ found }) => found && found.share >= halved && found.seeds < 3)
  if (needs.length > 0 || missing.length > 0 || isUnsure) {
    return open('unstable-step', needs, { sentence: 'whether a smaller rate helps is not settled.', evidence: rows })
  }
  return ruledOut('unstable-step', rates.join(', '), { sentence: `${words.join(', ')}.`, evidence: rows })
}

const fractions = { 3: 'a third', 10: 'a tenth' } as const

const wordsOf = (rate: Rate): string => fractions[controls[rate].divisor]

function sharpnessRows({ measured: { sharpness } }: Evidence): EvidenceRow[] {
  if (!sharpness) return []
  const { eigenvalue, stability } = sharpness
  const words = `the Hessian's largest eigenvalue is ${number(eigenvalue)} before training`
  const over = stability === null ? '' : `; times the rate, over what a quadratic bears, ${number(stability)}`
  return [
    { name: 'largest eigenvalue times rate over 2(1 + momentum)', value: stability, limit: null, words: words + over },
  ]
}
