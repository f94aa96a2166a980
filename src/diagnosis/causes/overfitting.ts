/**
 * The cause "overfitting": the network does worse on new samples than its training explains. A network that is worse
 * than its twin on the training set is not overfitting.
 */
import { summarize } from '../../numerics/statistics.ts'
import {
  difference,
  type Evidence,
  fails,
  leastEffect,
  meanOf,
  recordsOf,
  referenceOf,
  symptomOf,
  testError,
  trainingError,
} from '../evidence.ts'
import type { TrialRecord } from '../trial-record.ts'
import { type Assessed, holds, open, ruledOut, scoreOf, type TwinDepth, twinOf, untested } from './assessment.ts'

/** Largest training error of a network that has memorized the training set. */
const learned = 0.02
/** Smallest excess of the test error over the training error that counts as overfitting. */
const leastGap = 0.05
/** Smallest excess of the test error over the test error of the twin that counts as overfitting. */
const leastExcess = 0.01
/** Smallest relative rise of the test loss above its lowest value that counts as overfitting. */
const leastRise = 0.05

function gapOf(evidence: Evidence, record: TrialRecord): number | null {
  const error = testError(evidence, record)
  return error === null ? null : error - trainingError(evidence, record)
}

/** Returns the relative rise of the final test loss above the lowest test loss during training. */
function riseOf({ snapshots }: TrialRecord): number | null {
  const losses = snapshots.flatMap(({ test }) => test?.loss ?? [])
  const last = losses.at(-1)
  if (last === undefined || losses.length < 2) return null
  const lowest = Math.min(...losses)
  return lowest > 0 ? last / lowest - 1 : null
}

/** Mean errors of the network and its twin, over the seeds that both have. */
interface ErrorPair {
  readonly network: number
  readonly twin: number
}

/** Change of the gap between training and test error if the network is trained on half the data. */
interface GapChange {
  /** Gap between training and test error with all data. */
  readonly before: number
  /** Gap between training and test error with half the data. */
  readonly withHalf: number
}

interface Errors {
  /** Training error of the network, as a mean over the seeds. */
  readonly error: number
  /** Excess of the test error over the training error, or NaN if no test error is known. */
  readonly gap: number
  readonly gapLimit: number
  readonly rise: number
  readonly riseLimit: number
}

export type OverfittingFacts = Errors &
  (
    | { readonly outcome: 'worse in training'; readonly training: ErrorPair | null }
    | { readonly outcome: 'learns nothing' | 'not learned by heart' | 'small gap' | 'no rise' | 'half untried' }
    | {
        readonly outcome: 'depth overfits'
        readonly twin: TwinDepth
        readonly test: ErrorPair
        /** Mean difference between the test errors of the network and its twin. */
        readonly excess: number
        readonly excessLimit: number
      }
    | ({ readonly outcome: 'too few seeds' | 'half does not widen' } & GapChange)
    | {
        readonly outcome: 'learned by heart'
        /** Gap between training and test error with half the data, or null if this training was not run or diverged. */
        readonly half: { readonly gap: number; readonly isSure: boolean } | null
        /**
         * Training errors of the network and of guessing on random labels, or null if the network was not trained on
         * random labels.
         */
        readonly randomLabels: { readonly error: number; readonly guessing: number } | null
      }
  )

type Assessment = Assessed<'overfitting', OverfittingFacts>

export function overfitting(evidence: Evidence): Assessment {
  const cause = 'overfitting'
  const records = recordsOf(evidence, 'network')
  const errors: Errors = {
    error: meanOf(evidence, 'network', trainingError) ?? Number.NaN,
    gap: summarize(records.map((record) => gapOf(evidence, record)))?.mean ?? Number.NaN,
    gapLimit: leastGap,
    rise: summarize(records.map(riseOf))?.mean ?? 0,
    riseLimit: leastRise,
  }
  const reference = referenceOf(evidence)
  const worse = reference && difference(evidence, reference, 'network', trainingError)
  const byTraining = { observation: 'training error' } as const
  if (symptomOf(evidence) === 'worse than its twin' || worse?.verdict === 'worse') {
    // The training loss can be worse than the twin's although the training errors are equal. The network can also have
    // seeds that the twin does not have.
    const training = worse && worse.second > worse.first ? { network: worse.second, twin: worse.first } : null
    return ruledOut(cause, { ...errors, outcome: 'worse in training', training }, byTraining)
  }
  if (fails(evidence, 'network')) return ruledOut(cause, { ...errors, outcome: 'learns nothing' }, byTraining)
  const depth = reference && difference(evidence, reference, 'network', testError)
  // A higher test error that comes with a higher training error is not overfitting, even if the training errors differ
  // only within the spread of the seeds.
  const widened = reference && difference(evidence, reference, 'network', gapOf)
  const isWider = widened?.verdict === 'worse' && widened.mean >= leastExcess
  if (depth?.verdict === 'worse' && depth.mean >= leastExcess && isWider && errors.gap >= leastGap) {
    const test = { network: depth.second, twin: depth.first }
    const found = { twin: twinOf(evidence), test, excess: depth.mean, excessLimit: leastExcess }
    return holds(cause, { ...errors, ...found, outcome: 'depth overfits' }, scoreOf(depth.mean, leastExcess))
  }
  const missing = missingOf(errors)
  // Without a test error, overfitting can only be ruled out by the training error.
  if (Number.isNaN(errors.gap) && missing !== 'not learned by heart') return untested(cause)
  if (missing) {
    const ground = Number.isNaN(errors.gap) ? byTraining : ({ observation: 'training and test error' } as const)
    return ruledOut(cause, { ...errors, outcome: missing }, ground)
  }
  return memorizing(evidence, errors)
}

/**
 * Returns the first missing sign that the network memorizes the training set, or undefined if all signs are present.
 */
function missingOf({ error, gap, rise }: Errors): 'not learned by heart' | 'small gap' | 'no rise' | undefined {
  if (error > learned) return 'not learned by heart'
  if (!(gap >= leastGap)) return 'small gap'
  return rise >= leastRise ? undefined : 'no rise'
}

/**
 * Judges a network that shows all signs of memorizing the training set. Memorizing is ruled out if training on half the
 * data does not widen the gap between training and test error.
 */
function memorizing(evidence: Evidence, errors: Errors): Assessment {
  const cause = 'overfitting'
  const { applicable, seeds } = evidence
  if (!applicable.has('half the data')) return learnedByHeart(evidence, errors)
  if (recordsOf(evidence, 'half the data').length < seeds.length) {
    return open(cause, { ...errors, outcome: 'half untried' }, [{ control: 'half the data', seeds: seeds.length }])
  }
  const wider = difference(evidence, 'network', 'half the data', gapOf)
  // If the training with half the data diverged, the control says nothing about the gap between training and test
  // error.
  if (!wider) return learnedByHeart(evidence, errors)
  const change = { before: wider.first, withHalf: wider.second }
  if (wider.verdict === 'too few seeds') return open(cause, { ...errors, ...change, outcome: 'too few seeds' }, [])
  // A test error near that of guessing can hardly rise, so a small rise of the gap counts where little room is left.
  const room = Math.max(0, evidence.chance.error - (meanOf(evidence, 'network', testError) ?? Number.NEGATIVE_INFINITY))
  if (wider.mean > 0 && wider.mean >= leastEffect * Math.min(wider.first, room)) {
    return learnedByHeart(evidence, errors, { gap: wider.second, isSure: wider.verdict === 'worse' })
  }
  return ruledOut(cause, { ...errors, ...change, outcome: 'half does not widen' }, { controls: ['half the data'] })
}

function learnedByHeart(
  evidence: Evidence,
  errors: Errors,
  half: { readonly gap: number; readonly isSure: boolean } | null = null,
): Assessment {
  const error = meanOf(evidence, 'random labels', trainingError)
  const randomLabels = error === null ? null : { error, guessing: evidence.chance.error }
  const facts = { ...errors, outcome: 'learned by heart', half, randomLabels } as const
  return holds('overfitting', facts, scoreOf(errors.gap, leastGap))
}
