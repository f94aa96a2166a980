/** The answer of a diagnosis in three parts: the symptom, the cause, and the causes that are ruled out. */
import { counted, listed, number, percent } from '../../format/words.ts'
import { type Cause, isHarmless } from '../cause.ts'
import type { JudgedCause } from '../causes/table.ts'
import { nameAt, rateAt } from '../controls.ts'
import { type Depths, type Evidence, meanOf, predictsValues, recordsOf, trainingError } from '../evidence.ts'
import type { Judgment } from '../judge.ts'
import { type ComparedTwin, type MeanLoss, type SymptomFacts, symptomFacts } from '../symptom-facts.ts'
import { type View, viewOf } from '../view.ts'
import { verdictTitle, wordsOf } from './causes.ts'
import { rawDataText } from './raw-data.ts'
import { plainText } from './step.ts'
import { type ErrorText, rateText, seedsText, sentenceOf, valueError } from './words.ts'

/** Returns the formatter of errors for the task of the network. */
export const errorTextOf = (evidence: Evidence): ErrorText => (predictsValues(evidence) ? valueError : percent)

export function answerOf(evidence: Evidence, judgment: Judgment): string[] {
  const view = viewOf(evidence)
  if (recordsOf(evidence, 'network').length === 0) {
    return ['The diagnosis was stopped before the network was trained once.']
  }
  const say = errorTextOf(evidence)
  const controls = new Set(evidence.records.map(({ control }) => control)).size - 1
  return [
    [ratesText(view, say), symptomText(symptomFacts(view), view, say)].filter((text) => text !== '').join(' '),
    causeText(judgment, controls, say),
    isHarmless(judgment.verdict) ? rawDataText(view, say) : '',
    exclusionText(judgment, say),
  ].filter((text) => text !== '')
}

/** Two sentences on the results at the given rate and at the best rate, if another rate is the best. */
function ratesText(view: View, say: ErrorText): string {
  const { best, given } = view
  if (best.network === 0) return ''
  const at = (position: number): string => {
    const name = nameAt('network', position)
    const records = recordsOf(given, name)
    const diverged = records.filter((record) => record.diverged !== null).length
    const error = meanOf(given, name, trainingError) ?? Number.NaN
    if (diverged === records.length) return `the training diverges with ${seedsText(diverged)}`
    const rate = rateAt(view.rate, position)
    return `the training error is ${plainText({ rate, error, loss: Number.NaN, diverged, seeds: records.length }, say)}`
  }
  const [first, second] = [0, best.network].map((position) => rateText(rateAt(view.rate, position)))
  return `At the rate ${first}, ${at(0)}. At the network's best rate, ${second}, ${at(best.network)}.`
}

/** One to three sentences on how the network trains, at the best rates. */
function symptomText(facts: SymptomFacts, view: View, say: ErrorText): string {
  const { depths, best } = view
  const where =
    best.network === 0 && best['shallow twin'] === 0 && best['shallower twin'] === 0 ? '' : ' at the best rates'
  const start = `With ${counted(depths.network, depths.what)}${where}, the`
  switch (facts.symptom) {
    case 'learns nothing': {
      const { loss, guessing, twin } = facts
      const twins = twin === null ? '' : `, that of ${twinText(twin, depths)} is ${number(twin.loss)}`
      return `${start} network learns nothing: the training loss is ${lossText(loss)}${twins}, and that of guessing is ${number(guessing)}.`
    }
    case 'not compared':
      return `${start} training loss is ${lossText(facts.loss)}, and that of guessing is ${number(facts.guessing)}. The diagnosis was stopped before a network with fewer layers was trained for comparison.`
    case 'worse':
    case 'unclear':
      return [
        `${start} training loss is ${lossText(facts.loss, facts.isGuessing)}, and that of ${twinText(facts.twin, depths)} is ${number(facts.twin.loss)}.`,
        conclusions[facts.symptom],
        ...identitySentence(facts),
      ].join(' ')
    case 'fails with some seeds': {
      const { errors, failed, guessing } = facts
      const texts = errors.map((error) => (error === null ? 'diverged' : say(Math.min(error, guessing))))
      return `${start} training fails with ${failed} of ${counted(errors.length, 'seed')}. The training errors by seed are ${listed(texts)}, and that of guessing is ${say(guessing)}.`
    }
    case 'worse than a linear model':
      return `${start} training error is ${say(facts.trainingError)}, and that of the best linear model is ${say(facts.linearError)}.`
    case 'none': {
      const { trainingError, testError, loss, largestClassError } = facts
      const test = Number.isFinite(testError) ? say(testError) : 'not known'
      const errors = `the training error is ${say(trainingError)}, and the test error is ${test}`
      const guessing =
        largestClassError === null
          ? ''
          : ` Always predicting the largest class has a training error of ${say(largestClassError)}, so look at the classes one by one with evaluate.`
      const { diverged, seeds } = loss
      if (diverged > 0) {
        return `${start} network trains with ${seeds - diverged} of ${counted(seeds, 'seed')} and diverges with ${diverged}. If a diverged training counts as guessing, ${errors}.${guessing}${comparisonSentence(facts, depths, say)}`
      }
      return `${start} network trains: ${errors}.${guessing}${comparisonSentence(facts, depths, say)}${linearSentence(facts, say)}`
    }
  }
}

function linearSentence({ linearError }: Extract<SymptomFacts, { symptom: 'none' }>, say: ErrorText): string {
  return linearError === null ? '' : ` The training error of the best linear model is ${say(linearError)}.`
}

type ComparedFacts = Extract<SymptomFacts, { symptom: 'worse' | 'unclear' }>

const conclusions = {
  worse: 'The network is worse on the training set, so this is not overfitting.',
  unclear: 'The seeds do not show clearly whether the network is worse on the training set.',
} as const

function identitySentence({ identity }: ComparedFacts): string[] {
  if (identity === null) return []
  const weights = `the weights of the twin with ${counted(identity.layers, 'added identity layer')}`
  return [`Better weights exist: ${weights} have a training loss of ${number(identity.loss)} with the first seed.`]
}

function twinText({ isGiven, layers }: ComparedTwin, { what }: Depths): string {
  const name = isGiven ? 'the comparison network' : 'the twin'
  return layers === undefined ? name : `${name} with ${counted(layers, what)}`
}

/**
 * Returns a sentence that compares the network with its twin, after a space, or an empty text if no twin was trained.
 */
function comparisonSentence(
  { twin }: Extract<SymptomFacts, { symptom: 'none' }>,
  depths: Depths,
  say: ErrorText,
): string {
  if (twin === null) return ''
  const comparison = ` The training error of ${twinText(twin, depths)} is ${say(twin.error)}`
  switch (twin.difference) {
    case 'unknown':
      return `${comparison}, but there are too few seeds to compare the two networks.`
    case 'within the spread':
      return `${comparison}, so any difference is within the spread of the seeds.`
    case 'none':
      return `${comparison}, so the network is no worse.`
  }
}

/** Formats the mean loss over the seeds, with remarks in brackets. */
function lossText({ mean, diverged, seeds }: MeanLoss, isGuessing = false): string {
  if (mean === null) return 'not finite'
  const remarks = [
    ...(diverged > 0 ? [`${diverged} of ${counted(seeds, 'seed')} diverged and count as guessing`] : []),
    ...(isGuessing ? ['about the level of guessing'] : []),
  ]
  return remarks.length === 0 ? number(mean) : `${number(mean)} (${remarks.join('; ')})`
}

/** Returns the text about the cause. The argument `controls` is the number of controls that were trained. */
function causeText({ verdict, findings, open, ruledOut }: Judgment, controls: number, say: ErrorText): string {
  const [first, ...others] = findings
  if (first) {
    const also = others.map(({ cause }) => verdictTitle(cause).inside)
    const rest = also.length > 0 ? ` Also found: ${listed(also)}.` : ''
    return `${sentenceOf(wordsOf(first, say).statement)}${rest}`
  }
  if (verdict === 'healthy') return healthySentence(ruledOut, say)
  const tried = counted(controls, 'control')
  if (open.length > 0) {
    const titles = listed(open.map(({ cause }) => verdictTitle(cause).inside))
    if (controls === 0) return `Undecided: no control was trained that could rule out ${titles}.`
    return `Undecided: ${tried} did not rule out ${titles}.`
  }
  return `Undecided: no known cause explains the result after ${tried}.`
}

function healthySentence(ruledOut: Judgment['ruledOut'], say: ErrorText): string {
  const slow = ruledOut.find((one) => one.cause === 'optimization-failure' && one.facts.outcome === 'merely slow')
  if (slow) return `The network trains; it is only slow: ${wordsOf(slow, say).statement}.`
  const short = ruledOut.find((one) => one.cause === 'under-capacity' && one.facts.outcome === 'merely short')
  if (short) return `The network trains; the training is only too short: ${wordsOf(short, say).statement}.`
  const brief = ruledOut.find((one) => one.cause === 'too-few-steps' && one.facts.outcome === 'length of the diagnosis')
  if (brief)
    return `The network trains; the trainings of the diagnosis are only short: ${wordsOf(brief, say).statement}.`
  return 'No measurement found anything wrong with the network.'
}

/** The causes that users suspect first, so the answer names them if they are ruled out. */
const suspects: readonly Cause[] = [
  'overfitting',
  'numerical-error',
  'unstable-step',
  'step-too-small',
  'too-few-steps',
  'under-capacity',
  'optimization-failure',
]

/**
 * A sentence for each suspected cause that is ruled out, with the reason. A network that trains at its best rate needs no
 * sentences that only say so.
 */
function exclusionText({ ruledOut, verdict }: Judgment, say: ErrorText): string {
  const isReported = ({ cause, by }: JudgedCause): boolean =>
    cause === 'overfitting' ||
    (verdict !== 'healthy' && !(by !== null && 'observation' in by && by.observation === 'training'))
  const reported = suspects.flatMap((cause) => {
    const found = ruledOut.find((one) => one.cause === cause && isReported(one))
    return found ? [`${verdictTitle(cause).start} is ruled out: ${wordsOf(found, say).statement}.`] : []
  })
  return reported.join(' ')
}
