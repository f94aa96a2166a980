/** The causes in the setup of a training: what is mended, what gives a reason for doubt, and how an error is measured. */
import type { FactName } from '../../facts/fact.ts'
import type { Cause } from '../cause.ts'
import type { ControlOf } from '../controls.ts'
import { type Evidence, fitsWell, recordsOf } from '../evidence.ts'
import type { View } from '../view.ts'
import { halved } from './control-answers.ts'
import { balancedError, type ErrorMeasure, trainError } from './measures.ts'
import { hasDeadOutputs } from './output-limits.ts'

export type SetupCause = Extract<
  Cause,
  'unscaled-data' | 'output-cannot-reach-targets' | 'no-nonlinearity' | 'over-regularized' | 'unbalanced-classes'
>

export interface Setup {
  readonly control: ControlOf<'mending'>
  readonly measure: ErrorMeasure
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
