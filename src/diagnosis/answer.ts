/** The answer in three sentences: what is wrong, why, and what it isn't. */

import { counted, listed, number, percent } from '../format/words.ts'
import { type Cause, causeFacts } from './cause.ts'
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
  trainingLoss,
} from './evidence.ts'
import type { Judgement } from './judge.ts'

export function answerOf(evidence: Evidence, judgement: Judgement): string[] {
  if (recordsOf(evidence, 'patient').length === 0) return ['Stopped before the network was trained once.']
  return [symptomSentence(evidence), causeSentence(evidence, judgement), exclusionSentence(evidence, judgement)].filter(
    (sentence) => sentence !== '',
  )
}

const deep = ({ depths }: Evidence, depth = depths.patient): string => counted(depth, depths.what)

function twinText(evidence: Evidence, control: 'shallow twin' | 'shallower twin'): string {
  const { depths, isTwinGiven } = evidence
  const depth = control === 'shallow twin' ? depths.shallow : depths.shallower
  const name = isTwinGiven && control === 'shallow twin' ? 'the network that it is compared with' : 'its twin'
  return depth === undefined ? name : `${name}, of ${deep(evidence, depth)},`
}

function symptomSentence(evidence: Evidence): string {
  const reference = referenceOf(evidence)
  const name = `With ${deep(evidence)}`
  const symptom = symptomOf(evidence)
  if (symptom === 'learns nothing') {
    const twin = meanOf(evidence, 'shallow twin', trainingLoss)
    const twins = twin === null ? '' : `, and ${twinText(evidence, 'shallow twin')} has ${number(twin)}`
    return `${name} the network learns nothing: its training loss is ${lossText(evidence)} where guessing gives ${number(evidence.chance.loss)}${twins}.`
  }
  if (symptom === 'unclear' && !reference) {
    return `${name} the training loss is ${lossText(evidence)} where guessing gives ${number(evidence.chance.loss)}; it was stopped before a network with fewer layers was trained to compare it with.`
  }
  const pair = reference && difference(evidence, reference, 'patient')
  if (symptom !== 'none' && reference && pair) {
    const conclusion =
      symptom === 'unclear'
        ? 'whether it is worse on the training set is not clear with these seeds'
        : 'it is worse on the training set, so this is not overfitting'
    const guess = fails(evidence, 'patient') ? ', about what guessing gives' : ''
    return `${name} the training loss is ${lossText(evidence)}${guess}, where ${twinText(evidence, reference)} has ${number(pair.first)}${identityText(evidence, reference)}: ${conclusion}.`
  }
  const [train, test] = [meanOf(evidence, 'patient', trainingError) ?? Number.NaN, testErrorOf(evidence)]
  return `${name} the network trains: its training error is ${percent(train)}${comparedText(evidence, reference)}, its test error ${percent(test)}.`
}

/** What the constructive solution has, where there is one that is better than what was found. */
function identityText(evidence: Evidence, reference: 'shallow twin' | 'shallower twin'): string {
  const { depths, measured } = evidence
  const { constructive } = measured
  const depth = reference === 'shallow twin' ? depths.shallow : depths.shallower
  const loss = meanOf(evidence, 'patient', trainingLoss) ?? Number.NaN
  if (constructive?.impossible !== null || depth === undefined) return ''
  if (constructive.loss === null || constructive.loss >= loss) return ''
  // That seed's twin failed as well: what is made of it shows nothing.
  if ((constructive.shallowLoss ?? Number.POSITIVE_INFINITY) >= 0.9 * evidence.chance.loss) return ''
  return ` and, with the first seed, the same with ${counted(depths.patient - depth, 'identity layer')} added ${number(constructive.loss)}`
}

/** No worse, and not by how much: that would need a difference beyond the spread. */
function comparedText(evidence: Evidence, reference: 'shallow twin' | 'shallower twin' | undefined): string {
  if (!reference) return ''
  const twin = percent(meanOf(evidence, reference, trainingError) ?? Number.NaN)
  const found = difference(evidence, reference, 'patient', trainingError)
  if (found?.verdict === 'too few seeds') return ` (that of ${twinText(evidence, reference)} ${twin})`
  if (found && found.mean >= leastEffect * found.first) {
    return `, that of ${twinText(evidence, reference)} ${twin}, no difference beyond the spread of the seeds`
  }
  return `, no worse than that of ${twinText(evidence, reference)} ${twin}`
}

/** The mean that was measured, or that it diverged. */
function lossText(evidence: Evidence): string {
  const runs = recordsOf(evidence, 'patient')
  const losses = runs.flatMap(({ train }) => train.loss ?? [])
  if (losses.length === 0) return 'not finite'
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length
  return losses.length === runs.length
    ? number(mean)
    : `${number(mean)} (${runs.length - losses.length} of ${runs.length} seeds diverged)`
}

function testErrorOf(evidence: Evidence): number {
  const errors = recordsOf(evidence, 'patient').flatMap(({ test }) => test.error ?? [])
  return errors.length === 0 ? Number.NaN : errors.reduce((sum, error) => sum + error, 0) / errors.length
}

function causeSentence(evidence: Evidence, { verdict, findings, open, ruledOut }: Judgement): string {
  const [first, ...others] = findings
  if (first) {
    const also = others.map(({ cause }) => causeFacts[cause].title.toLowerCase())
    const rest = also.length > 0 ? ` (Also: ${listed(also)}.)` : ''
    return `${first.sentence}${rest}`
  }
  if (verdict === 'healthy') {
    const byLength = ruledOut.filter(({ by }) => by === '3 x steps')
    const slow = byLength.find(({ cause }) => cause === 'optimisation-failure')
    if (slow) return `Nothing is wrong with it but its speed: ${slow.sentence}`
    const short = byLength.find(({ cause }) => cause === 'under-capacity')
    return short
      ? `Nothing is wrong with it but how long it was trained: ${short.sentence}`
      : 'Nothing is wrong with it that could be measured.'
  }
  const tried = new Set(evidence.records.map(({ control }) => control)).size - 1
  if (open.length > 0) {
    return `Undecided: ${listed(open.map(({ cause }) => causeFacts[cause].title.toLowerCase()))} could not be ruled out by ${counted(tried, 'control')}.`
  }
  return `Undecided: ${counted(tried, 'control')} were tried, and none of the known causes explains it.`
}

/** Those that users suspect first. */
const suspects: readonly Cause[] = [
  'overfitting',
  'numerical-error',
  'unstable-step',
  'under-capacity',
  'optimisation-failure',
]

function exclusionSentence({ records }: Evidence, { ruledOut, verdict }: Judgement): string {
  const isTold = (cause: Cause): boolean => verdict !== 'healthy' || cause === 'overfitting'
  const told = suspects.flatMap((cause) => {
    const found = ruledOut.find((one) => one.cause === cause && isTold(cause))
    return found ? [`${causeFacts[cause].title.toLowerCase()} (${found.sentence.replace(/\.$/, '')})`] : []
  })
  if (told.length > 0 && records.length > 0) return `Ruled out: ${told.join('; ')}.`
  return ''
}
