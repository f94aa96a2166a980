/** Degradation: the solver doesn't find what is known to be there (He et al. 2015, section 1). */

import { number, withInterval } from '../../format/words.ts'
import {
  difference,
  type Evidence,
  isTwinAwaited,
  meanOf,
  recordsOf,
  referenceOf,
  symptomOf,
  trainingLoss,
} from '../evidence.ts'
import {
  type Assessment,
  type EvidenceRow,
  holds,
  type Need,
  open,
  ruledOut,
  scoreOf,
  twinWords,
  untested,
} from './assessment.ts'

/** `earlier`: what was found before of mechanisms, arithmetic and the step. */
export function optimisationFailure(evidence: Evidence, earlier: readonly Assessment[]): Assessment {
  const symptom = symptomOf(evidence)
  const reference = referenceOf(evidence)
  if (symptom === 'none') {
    const sentence = reference ? `it trains no worse than ${twinWords(evidence)}.` : 'it trains.'
    return ruledOut('optimisation-failure', 'training', { sentence, evidence: [] })
  }
  if (isTwinAwaited(evidence)) {
    const needs: Need[] = [{ control: 'shallow twin', seeds: evidence.seeds.length }]
    return open('optimisation-failure', needs, {
      sentence: 'a network with fewer layers was not trained yet.',
      evidence: [],
    })
  }
  if (reference === undefined) {
    const isAlone = recordsOf(evidence, 'shallow twin').length + recordsOf(evidence, 'shallower twin').length === 0
    const sentence = isAlone
      ? 'no layer of it is repeated, so there is no network with fewer to compare it with.'
      : `${twinWords(evidence)} doesn't train either, so depth is not what makes it fail.`
    return ruledOut('optimisation-failure', 'the shallow twin', { sentence, evidence: [] })
  }
  const worse = difference(evidence, reference, 'patient')
  const patientLoss = meanOf(evidence, 'patient', trainingLoss) ?? Number.NaN
  const words = worse
    ? `training loss ${number(worse.second)} against ${number(worse.first)} of the ${reference}: ${withInterval(worse.mean, worse.halfWidth)} more, paired over ${worse.count} seeds`
    : ''
  const excess = worse ? worse.mean / worse.first : Number.NaN
  const rows: EvidenceRow[] = [
    { name: 'training loss above the shallow twin’s, relative', value: excess, limit: 0.05, words },
  ]
  const found = earlier.find(({ state }) => state === 'holds')
  if (found) return untested('optimisation-failure', 'a cause that explains it was found.')
  if (symptom === 'unclear') {
    const sentence = 'the seeds are too few, or differ too much, to say that it is worse; more seeds would tell.'
    return open('optimisation-failure', [], { sentence, evidence: rows })
  }
  const needs: Need[] = []
  const { constructive } = evidence.measured
  if (!constructive) needs.push({ measurement: 'constructive' })
  const longer = recordsOfLength(evidence)
  if (longer.needs) needs.push(longer.needs)
  if (needs.length > 0 || earlier.some(({ state }) => state === 'open')) {
    return open('optimisation-failure', needs, {
      sentence: 'what else it could be is not ruled out yet.',
      evidence: rows,
    })
  }
  if (!longer.stillWorse) {
    const sentence = `with three times the steps its training loss is ${number(longer.loss)}, no worse than the ${reference}'s: it is slower, and no more than that.`
    return ruledOut('optimisation-failure', '3 x steps', { sentence, evidence: rows })
  }
  const bound = constructive && constructive.impossible === null ? constructive.loss : null
  const known =
    bound !== null && bound < patientLoss
      ? `The same network with the twin's trained weights and identity layers has a training loss of ${number(bound)}, so there are better weights than it finds`
      : `A network with fewer layers reaches ${number(worse?.first ?? Number.NaN)}`
  const sentence = `${known}; signal, gradients, correlation, step and arithmetic are within limits, and three times the steps leave it at ${number(longer.loss)}: the solver fails.`
  return holds('optimisation-failure', scoreOf(excess, 0.05), { sentence, evidence: rows })
}

/** The patient with three times the steps against the twin with as many as both had. */
function recordsOfLength(evidence: Evidence): { needs?: Need; stillWorse: boolean; loss: number } {
  const reference = referenceOf(evidence) ?? 'shallow twin'
  const runs = evidence.records.filter(({ control }) => control === '3 x steps')
  const loss = meanOf(evidence, '3 x steps', trainingLoss) ?? Number.NaN
  // With the same seeds.
  const goal = difference(evidence, '3 x steps', reference)?.second ?? Number.NaN
  const patient = difference(evidence, '3 x steps', 'patient')?.second ?? Number.NaN
  if (runs.length === 0) return { needs: { control: '3 x steps', seeds: 1 }, stillWorse: true, loss }
  // One seed decides where it is on the patient's side of the way between the two.
  const isFar = loss > (goal + patient) / 2
  if (runs.length < evidence.seeds.length && !isFar) {
    return { needs: { control: '3 x steps', seeds: evidence.seeds.length }, stillWorse: true, loss }
  }
  return { stillWorse: isFar || difference(evidence, reference, '3 x steps')?.verdict === 'worse', loss }
}
