/** The answer in three sentences: what is wrong, why, and what it isn't. */
import { counted, listed, number, percent } from '../../format/words.ts'
import type { Cause } from '../cause.ts'
import { type Depths, type Evidence, recordsOf } from '../evidence.ts'
import type { Judgment } from '../judge.ts'
import { type ComparedTwin, type MeanLoss, type SymptomFacts, symptomFacts } from '../symptom-facts.ts'
import { verdictTitle, wordsOf } from './causes.ts'
import { sentenceOf } from './words.ts'

export function answerOf(evidence: Evidence, judgment: Judgment): string[] {
  if (recordsOf(evidence, 'network').length === 0) return ['Stopped before the network was trained once.']
  const controls = new Set(evidence.records.map(({ control }) => control)).size - 1
  return [
    symptomSentence(symptomFacts(evidence), evidence.depths),
    causeSentence(judgment, controls),
    exclusionSentence(judgment),
  ].filter((sentence) => sentence !== '')
}

function symptomSentence(facts: SymptomFacts, depths: Depths): string {
  const name = `With ${counted(depths.network, depths.what)}`
  switch (facts.symptom) {
    case 'learns nothing': {
      const { loss, guessing, twin } = facts
      const twins = twin === null ? '' : `, and ${twinText(twin, depths)} has ${number(twin.loss)}`
      return `${name} the network learns nothing: its training loss is ${lossText(loss)} where guessing gives ${number(guessing)}${twins}.`
    }
    case 'not compared':
      return `${name} the training loss is ${lossText(facts.loss)} where guessing gives ${number(facts.guessing)}; it was stopped before a network with fewer layers was trained to compare it with.`
    case 'worse':
    case 'unclear': {
      const { loss, isGuessing, twin, identity } = facts
      const guess = isGuessing ? ', about what guessing gives' : ''
      const added = identity
        ? ` and, with the first seed, the same with ${counted(identity.layers, 'identity layer')} added ${number(identity.loss)}`
        : ''
      return `${name} the training loss is ${lossText(loss)}${guess}, where ${twinText(twin, depths)} has ${number(twin.loss)}${added}: ${conclusions[facts.symptom]}.`
    }
    case 'none': {
      const { trainingError, testError } = facts
      return `${name} the network trains: its training error is ${percent(trainingError)}${comparedText(facts, depths)}, its test error ${percent(testError)}.`
    }
  }
}

const conclusions = {
  worse: 'it is worse on the training set, so this is not overfitting',
  unclear: 'whether it is worse on the training set is not clear with these seeds',
} as const

function twinText({ isGiven, layers }: ComparedTwin, { what }: Depths): string {
  const name = isGiven ? 'the network that it is compared with' : 'its twin'
  return layers === undefined ? name : `${name}, of ${counted(layers, what)},`
}

function comparedText({ twin }: Extract<SymptomFacts, { symptom: 'none' }>, depths: Depths): string {
  if (twin === null) return ''
  const [name, error] = [twinText(twin, depths), percent(twin.error)]
  switch (twin.difference) {
    case 'unknown':
      return ` (that of ${name} ${error})`
    case 'within the spread':
      return `, that of ${name} ${error}, no difference beyond the spread of the seeds`
    case 'none':
      return `, no worse than that of ${name} ${error}`
  }
}

/** The mean that was measured, or that it diverged. */
function lossText({ mean, diverged, seeds }: MeanLoss): string {
  if (mean === null) return 'not finite'
  return diverged === 0 ? number(mean) : `${number(mean)} (${diverged} of ${seeds} seeds diverged)`
}

/** `controls`: how many were tried. */
function causeSentence({ verdict, findings, open, ruledOut }: Judgment, controls: number): string {
  const [first, ...others] = findings
  if (first) {
    const also = others.map(({ cause }) => verdictTitle(cause).inside)
    const rest = also.length > 0 ? ` (Also: ${listed(also)}.)` : ''
    return `${sentenceOf(wordsOf(first).statement)}${rest}`
  }
  if (verdict === 'healthy') return healthySentence(ruledOut)
  if (open.length > 0) {
    const titles = open.map(({ cause }) => verdictTitle(cause).inside)
    return `Undecided: ${listed(titles)} could not be ruled out by ${counted(controls, 'control')}.`
  }
  return `Undecided: ${counted(controls, 'control')} were tried, and none of the known causes explains it.`
}

function healthySentence(ruledOut: Judgment['ruledOut']): string {
  const slow = ruledOut.find((one) => one.cause === 'optimization-failure' && one.facts.outcome === 'merely slow')
  if (slow) return `Nothing is wrong with it but its speed: ${wordsOf(slow).statement}.`
  const short = ruledOut.find((one) => one.cause === 'under-capacity' && one.facts.outcome === 'merely short')
  if (short) return `Nothing is wrong with it but how long it was trained: ${wordsOf(short).statement}.`
  return 'Nothing is wrong with it that could be measured.'
}

/** Those that users suspect first. */
const suspects: readonly Cause[] = [
  'overfitting',
  'numerical-error',
  'unstable-step',
  'under-capacity',
  'optimization-failure',
]

function exclusionSentence({ ruledOut, verdict }: Judgment): string {
  const isTold = (cause: Cause): boolean => verdict !== 'healthy' || cause === 'overfitting'
  const told = suspects.flatMap((cause) => {
    const found = ruledOut.find((one) => one.cause === cause && isTold(cause))
    return found ? [`${verdictTitle(cause).inside} (${wordsOf(found).statement})`] : []
  })
  return told.length > 0 ? `Ruled out: ${told.join('; ')}.` : ''
}
