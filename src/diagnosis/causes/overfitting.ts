/** Whether the network does worse on new samples than its training can answer for. Never where the training is worse. */

import { number, percent } from '../../format/words.ts'
import type { PairedDifference } from '../../numerics/paired-difference.ts'
import { summarise } from '../../numerics/statistics.ts'
import {
  difference,
  type Evidence,
  fails,
  leastEffect,
  meanOf,
  recordsOf,
  referenceOf,
  symptomOf,
  trainingError,
} from '../evidence.ts'
import type { TrialRecord } from '../trial.ts'
import {
  type Assessment,
  type EvidenceRow,
  holds,
  type Need,
  open,
  ruledOut,
  scoreOf,
  twinWords,
} from './assessment.ts'

/** Above this it hasn't learned its training set by heart. */
const learned = 0.02
/** So much more test error than training error is worth a name. */
const leastGap = 0.05
/** So much more test error than its twin's is worth a name. */
const leastExcess = 0.01
/** So much the test loss has risen from its lowest. */
const leastRise = 0.05

const testError = (_evidence: Evidence, { test }: TrialRecord): number | null => test.error
const gapOf = (evidence: Evidence, record: TrialRecord): number | null =>
  record.test.error === null ? null : record.test.error - trainingError(evidence, record)

/** How far the test loss ends above its lowest on the way, relative to that. */
function riseOf({ looks }: TrialRecord): number | null {
  const losses = looks.flatMap(({ test }) => test?.loss ?? [])
  const last = losses.at(-1)
  if (last === undefined || losses.length < 2) return null
  const lowest = Math.min(...losses)
  return lowest > 0 ? last / lowest - 1 : null
}

export function overfitting(evidence: Evidence): Assessment {
  const cause = 'overfitting'
  const error = meanOf(evidence, 'patient', trainingError) ?? Number.NaN
  const patients = recordsOf(evidence, 'patient')
  const gap = summarise(patients.map((record) => gapOf(evidence, record)))?.mean ?? 0
  const rise = summarise(patients.map(riseOf))?.mean ?? 0
  const rows: EvidenceRow[] = [
    {
      name: 'test error above training error',
      value: gap,
      limit: leastGap,
      words: `training error ${percent(error)}, test error ${percent(error + gap)}`,
    },
    {
      name: 'rise of the test loss from its lowest, relative',
      value: rise,
      limit: leastRise,
      words: rise > 0 ? `the test loss ends ${percent(rise)} above its lowest` : 'the test loss ends at its lowest',
    },
  ]
  const reference = referenceOf(evidence)
  const worse = reference && difference(evidence, reference, 'patient', trainingError)
  if (symptomOf(evidence) === 'worse than its twin' || worse?.verdict === 'worse') {
    const words = worse ? `: ${percent(worse.second)} against ${percent(worse.first)}` : ''
    const sentence = `it is worse on the training set as well${words}, which overfitting can't be.`
    return ruledOut(cause, 'the training error', { sentence, evidence: rows })
  }
  if (fails(evidence, 'patient')) {
    return ruledOut(cause, 'the training error', { sentence: "it doesn't learn its training set.", evidence: rows })
  }
  const depth = reference && difference(evidence, reference, 'patient', testError)
  // What is lost on the training set as well isn't lost to overfitting, be it within the spread of the seeds.
  const widened = reference && difference(evidence, reference, 'patient', gapOf)
  const isWider = widened?.verdict === 'worse' && widened.mean >= leastExcess
  if (depth?.verdict === 'worse' && depth.mean >= leastExcess && isWider) {
    const sentence = `Depth overfits: no worse than ${twinWords(evidence)} on the training set, and ${percent(depth.second)} test error against ${percent(depth.first)}.`
    const row = { name: 'test error above the shallow twin’s', value: depth.mean, limit: leastExcess, words: sentence }
    return holds(cause, scoreOf(depth.mean, leastExcess), { sentence, evidence: [row, ...rows] })
  }
  const memorises = error <= learned && gap >= leastGap && rise >= leastRise
  if (!memorises)
    return ruledOut(cause, 'training and test error', { sentence: `${reason(error, rows)}.`, evidence: rows })
  return memorising(evidence, rows, gap)
}

/** By heart, unless less data doesn't widen the gap. */
function memorising(evidence: Evidence, rows: readonly EvidenceRow[], gap: number): Assessment {
  if (!evidence.applicable.has('half the data')) return held(evidence, rows, gap)
  const halves = recordsOf(evidence, 'half the data')
  if (halves.length < evidence.seeds.length) {
    const needs: Need[] = [{ control: 'half the data', seeds: evidence.seeds.length }]
    return open('overfitting', needs, {
      sentence: 'whether less data widens the gap has not been tried.',
      evidence: rows,
    })
  }
  const wider = difference(evidence, 'patient', 'half the data', gapOf)
  // With half the data it diverged: that says nothing about the gap.
  if (!wider) return held(evidence, rows, gap)
  if (wider.verdict === 'too few seeds') {
    const sentence = `half the data takes the gap from ${percent(wider.first)} to ${percent(wider.second)}; three seeds would tell whether that is chance.`
    return open('overfitting', [], { sentence, evidence: rows })
  }
  if (wider.mean >= leastEffect * wider.first) return held(evidence, rows, gap, wider)
  const sentence = `half the data doesn't widen the gap: ${percent(wider.second)} against ${percent(wider.first)}.`
  return ruledOut('overfitting', 'half the data', { sentence, evidence: rows })
}

function held(evidence: Evidence, rows: readonly EvidenceRow[], gap: number, wider?: PairedDifference): Assessment {
  const [{ words }, { words: risen }] = rows
  const half = wider?.second
  const within = wider?.verdict === 'worse' ? '' : ', which is within the spread of the seeds'
  const widened =
    half === undefined ? '' : `, and with half the data the gap is ${percent(half)} instead of ${percent(gap)}${within}`
  const sentence = `It learns its samples by heart: ${words}; ${risen}${widened}.`
  const extra: EvidenceRow[] = []
  if (half !== undefined) {
    const told = `${percent(half)} instead of ${percent(gap)}`
    extra.push({ name: 'gap with half the data', value: half, limit: gap, words: told })
  }
  const random = meanOf(evidence, 'random labels', trainingError)
  if (random !== null) {
    const told = `trained on random labels it gets ${percent(random)} of them wrong, where guessing gets ${percent(evidence.chance.error)}`
    extra.push({ name: 'training error with random labels', value: random, limit: null, words: told })
  }
  return holds('overfitting', scoreOf(gap, leastGap), { sentence, evidence: [...rows, ...extra] })
}

function reason(error: number, [gap, rise]: readonly EvidenceRow[]): string {
  if (error > learned) return `its training error is ${percent(error)}: it hasn't learned its samples by heart`
  if ((gap.value ?? 0) < leastGap) return gap.words
  return `${rise.words} (limit ${number(leastRise * 100)}%)`
}
