/** The causes in the setup of a training: what is mended, what gives a reason for doubt, and how an error is measured. */
import type { FactName } from '../../facts/fact.ts'
import type { Cause } from '../cause.ts'
import type { ControlOf } from '../controls.ts'
import { type Evidence, fitsWell, type Measure, recordsOf, testError, trainingError } from '../evidence.ts'
import type { TrialRecord } from '../trial-record.ts'
import type { View } from '../view.ts'
import { halved } from './control-answers.ts'
import { hasDeadOutputs } from './output-limits.ts'

export type SetupCause = Extract<
  Cause,
  'unscaled-data' | 'output-cannot-reach-targets' | 'no-nonlinearity' | 'over-regularized' | 'unbalanced-classes'
>

/** The error that a mended training must lower. */
export interface SetupMeasure {
  /** Error of a training. A training that diverged, or that is worse than guessing, counts as guessing. */
  readonly error: (evidence: Evidence, record: TrialRecord) => number
  /** Error of a training, also above the error of guessing, or infinity for a training that diverged. */
  readonly raw: (record: TrialRecord) => number
  /** Error on the test set. A training that diverged counts as guessing. Null without test samples. */
  readonly test: Measure
}

export interface Setup {
  readonly control: ControlOf<'mending'>
  readonly measure: SetupMeasure
  /**
   * Whether the mended training at the given rate is compared with the network at the given rate. Data that are not
   * scaled may need a rate of their own, which the scaled data do not need.
   */
  readonly isAtGivenRate: boolean
  /** Whether the mended training must also lower the test error, because the thing that it mends serves the test error. */
  readonly mustLowerTest: boolean
  /** Smallest fraction of the error whose removal confirms the cause. */
  readonly limit: number
  /** Whether the network, the data or the settings give a reason to try the mended training. */
  readonly isSuspect: (view: View) => boolean
  /** Whether the network fits well in spite of the suspect, so that no training is needed. */
  readonly fits: (evidence: Evidence) => boolean
}

const trainError: SetupMeasure = {
  error: trainingError,
  raw: ({ train }) => train.error ?? Number.POSITIVE_INFINITY,
  test: testError,
}

/** The mean over the classes of the fractions of wrong answers. */
const balancedError: SetupMeasure = {
  error: ({ records }, { train }) => {
    // Guessing is right for one class.
    const classes = Math.max(2, ...records.map((record) => record.train.recall?.length ?? 0))
    return Math.min(1 - (train.balancedAccuracy ?? 0), 1 - 1 / classes)
  },
  raw: ({ train }) => (train.balancedAccuracy == null ? Number.POSITIVE_INFINITY : 1 - train.balancedAccuracy),
  test: (_evidence, { test }) => (test.balancedAccuracy == null ? null : 1 - test.balancedAccuracy),
}

/** Recall of a class below which the network misses most of the class. */
const mostMissed = 0.5
/** Drop rate from which on dropout is suspected of holding a network back. */
const mostDropped = 0.3
/** Weight decay from which on it is suspected of holding a network back. */
const largestDecay = 2e-3

const hasFact =
  (...names: readonly FactName[]) =>
  ({ facts }: View): boolean =>
    facts.some(({ fact }) => names.includes(fact))

/**
 * Smallest fraction of the balanced error whose removal confirms unbalanced classes. Guessing has a balanced error of a half
 * for two classes, so classes that overlap leave less to remove than in other causes.
 */
const leastBalanced = 1 / 3

const usual = {
  measure: trainError,
  limit: halved,
  isAtGivenRate: false,
  mustLowerTest: false,
  isSuspect: () => true,
  fits: fitsWell,
}

export const setups: Readonly<Record<SetupCause, Setup>> = {
  'unscaled-data': {
    ...usual,
    control: 'standardized data',
    isAtGivenRate: true,
    isSuspect: hasFact('unscaled-inputs', 'unscaled-targets', 'raw-bytes', 'outlier-targets'),
  },
  'output-cannot-reach-targets': {
    ...usual,
    control: 'free output',
    isSuspect: (view) =>
      hasFact('output-range', 'softmax-twice', 'single-output-for-classes')(view) || hasDeadOutputs(view),
  },
  'no-nonlinearity': { ...usual, control: 'with activations' },
  'over-regularized': {
    ...usual,
    control: 'without regularization',
    mustLowerTest: true,
    isSuspect: ({ regularization: { dropped, decay } }) => dropped >= mostDropped || decay >= largestDecay,
  },
  'unbalanced-classes': {
    ...usual,
    control: 'balanced classes',
    measure: balancedError,
    limit: leastBalanced,
    fits: (evidence) =>
      !recordsOf(evidence, 'network').some(({ train }) => train.recall?.some((found) => (found ?? 1) < mostMissed)),
  },
}
