/**
 * Table of all causes, with the assessment, rank rule, papers and picture of each cause. The texts about each cause are
 * in src/diagnosis/wording/causes.ts.
 */
import type { LayerProbeName } from '../../probes/layer-probes.ts'
import type { Cause } from '../cause.ts'
import type { View } from '../view.ts'
import { numericalError, numericalErrorRank } from './arithmetic.ts'
import type { Assessed, Earlier, Judged } from './assessment.ts'
import { underCapacity, underCapacityRank } from './capacity.ts'
import { correlationCollapse } from './correlation.ts'
import { explodingGradient, vanishingGradient, vanishingGradientRank } from './gradient.ts'
import { tooFewSteps } from './length.ts'
import { optimizationFailure } from './optimization.ts'
import { overfitting } from './overfitting.ts'
import { papers } from './papers.ts'
import type { RankRule } from './rank.ts'
import { setupCause, setupRank } from './setup.ts'
import { chaoticSignal, explodingSignal, vanishingSignal } from './signal.ts'
import { stepRank, stepTooSmall, unstableStep } from './step.ts'
import { deadUnits, saturatedUnits, unitsRank } from './units.ts'
import { uselessDepth } from './useless-depth.ts'

export interface CauseRow<C extends Cause> {
  /**
   * Level of the cause: `setup` is a fault in the data, the outputs or the settings that a mended training confirms.
   * `mechanism` is an effect in hidden layers, `setting` is the numerical precision, the step size or the length, and `umbrella` is a broader cause. An umbrella cause is assessed after all mechanisms and settings, and the
   * assessment uses their results.
   */
  readonly level: 'setup' | 'mechanism' | 'setting' | 'umbrella'
  readonly assess: (view: View, earlier: Earlier) => Assessed<C, object>
  /** Rank rule of a cause that can leave its position in the causal chain. */
  readonly rank?: RankRule
  /** Papers that describe the cause. */
  readonly papers: readonly string[]
  /** Probe whose picture shows the cause. A cause without a probe is shown by the loss curves. */
  readonly picture?: LayerProbeName
}

export const causeTable = {
  'unscaled-data': {
    level: 'setup',
    assess: (view) => setupCause('unscaled-data', view),
    rank: setupRank,
    papers: [papers.lecun],
  },
  'output-cannot-reach-targets': {
    level: 'setup',
    assess: (view) => setupCause('output-cannot-reach-targets', view),
    rank: setupRank,
    papers: [],
  },
  'no-nonlinearity': {
    level: 'setup',
    assess: (view) => setupCause('no-nonlinearity', view),
    papers: [],
  },
  'over-regularized': {
    level: 'setup',
    assess: (view) => setupCause('over-regularized', view),
    papers: [papers.srivastava],
  },
  'unbalanced-classes': {
    level: 'setup',
    assess: (view) => setupCause('unbalanced-classes', view),
    rank: setupRank,
    papers: [papers.he2009],
  },
  'saturated-units': {
    level: 'mechanism',
    assess: saturatedUnits,
    rank: unitsRank,
    papers: [papers.glorot],
    picture: 'saturatedUnits',
  },
  'dead-units': {
    level: 'mechanism',
    assess: deadUnits,
    rank: unitsRank,
    papers: [papers.lu],
    picture: 'deadUnits',
  },
  'exploding-signal': {
    level: 'mechanism',
    assess: explodingSignal,
    papers: [papers.heInit, papers.hanin],
    picture: 'meanSquare',
  },
  'vanishing-signal': {
    level: 'mechanism',
    assess: vanishingSignal,
    papers: [papers.heInit, papers.hanin],
    picture: 'meanSquare',
  },
  'chaotic-signal': {
    level: 'mechanism',
    assess: chaoticSignal,
    papers: [papers.poole, papers.schoenholz],
    picture: 'closestPairs',
  },
  'vanishing-gradient': {
    level: 'mechanism',
    assess: vanishingGradient,
    rank: vanishingGradientRank,
    papers: [papers.hochreiter, papers.glorot],
    picture: 'gradientNorm',
  },
  'correlation-collapse': {
    level: 'mechanism',
    assess: correlationCollapse,
    papers: [papers.schoenholz, papers.poole],
    picture: 'cosine',
  },
  'exploding-gradient': {
    level: 'mechanism',
    assess: explodingGradient,
    papers: [papers.yang, papers.balduzzi],
    picture: 'gradientNorm',
  },
  'numerical-error': {
    level: 'setting',
    assess: numericalError,
    rank: numericalErrorRank,
    papers: [papers.higham],
  },
  'unstable-step': {
    level: 'setting',
    assess: unstableStep,
    rank: stepRank,
    papers: [papers.cohen],
  },
  'step-too-small': {
    level: 'setting',
    assess: stepTooSmall,
    rank: stepRank,
    papers: [papers.bengio],
  },
  'too-few-steps': {
    level: 'setting',
    assess: tooFewSteps,
    papers: [],
  },
  'optimization-failure': {
    level: 'umbrella',
    assess: optimizationFailure,
    papers: [papers.he2015],
  },
  'under-capacity': {
    level: 'umbrella',
    assess: underCapacity,
    rank: underCapacityRank,
    papers: [papers.zhang],
  },
  overfitting: {
    level: 'umbrella',
    assess: overfitting,
    papers: [papers.zhang],
  },
  'useless-depth': {
    level: 'umbrella',
    assess: uselessDepth,
    papers: [papers.veit, papers.gromov],
  },
} as const satisfies { readonly [C in Cause]: CauseRow<C> }

type Returned<C extends Cause> = ReturnType<(typeof causeTable)[C]['assess']>

/** Type of the facts of each cause. */
export type CauseFacts = { readonly [C in Cause]: Extract<Returned<C>, { readonly facts: object }>['facts'] }

/** Type of an assessed cause with its facts. */
export type JudgedCause<C extends Cause = Cause> = { [Each in C]: Judged<Each, CauseFacts[Each]> }[C]
