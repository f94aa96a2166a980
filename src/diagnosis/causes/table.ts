/** All causes: how each is assessed, where it ranks, its title, who described it, what to try, and which picture shows it. */
import type { LayerProbeName } from '../../probes/layer-probes.ts'
import type { Cause } from '../cause.ts'
import type { Evidence } from '../evidence.ts'
import { numericalError, numericalErrorRank } from './arithmetic.ts'
import type { Assessed, Earlier, Judged } from './assessment.ts'
import { underCapacity, underCapacityRank } from './capacity.ts'
import { correlationCollapse } from './correlation.ts'
import { explodingGradient, vanishingGradient, vanishingGradientRank } from './gradient.ts'
import { optimisationFailure } from './optimisation.ts'
import { overfitting } from './overfitting.ts'
import { papers } from './papers.ts'
import type { RankRule } from './rank.ts'
import { chaoticSignal, explodingSignal, vanishingSignal } from './signal.ts'
import { unstableStep, unstableStepRank } from './step.ts'
import { deadUnits, saturatedUnits, unitsRank } from './units.ts'
import { uselessDepth } from './useless-depth.ts'

/** As it begins a sentence or stands alone, and as it stands inside a sentence. */
export interface Title {
  readonly start: string
  readonly inside: string
}

export interface CauseRow<C extends Cause> {
  /**
   * `mechanism`: what happens in hidden layers, of which there must be one. `setting`: the arithmetic and the step.
   * `umbrella`: what may be told where none of these holds; it is assessed with what was found of them.
   */
  readonly level: 'mechanism' | 'setting' | 'umbrella'
  readonly assess: (evidence: Evidence, earlier: Earlier) => Assessed<C, object>
  /** Where the order of the chain doesn't always decide. */
  readonly rank?: RankRule
  readonly title: Title
  /** Who described it. */
  readonly papers: readonly string[]
  /** What to try against it. */
  readonly cures: readonly string[]
  /** Of which probe there is a picture that shows it; without one, the losses do. */
  readonly picture?: LayerProbeName
}

const residual = 'residual links with a multiplier of 1/depth'

export const causeTable = {
  'saturated-units': {
    level: 'mechanism',
    assess: saturatedUnits,
    rank: unitsRank,
    title: { start: 'Saturated units', inside: 'saturated units' },
    papers: [papers.glorot],
    cures: ['smaller initial weights and biases', 'batch or layer normalisation before the activation', 'ReLU'],
    picture: 'saturatedUnits',
  },
  'dead-units': {
    level: 'mechanism',
    assess: deadUnits,
    rank: unitsRank,
    title: { start: 'Dead units', inside: 'dead units' },
    papers: [papers.lu],
    cures: ['biases of 0 at first', 'a leaky ReLU', 'batch normalisation before the activation'],
    picture: 'deadUnits',
  },
  'exploding-signal': {
    level: 'mechanism',
    assess: explodingSignal,
    title: { start: 'Exploding signal', inside: 'exploding signal' },
    papers: [papers.heInit, papers.hanin],
    cures: ["He's initialisation (variance 2/fan-in with ReLU)", residual, 'normalisation'],
    picture: 'meanSquare',
  },
  'vanishing-signal': {
    level: 'mechanism',
    assess: vanishingSignal,
    title: { start: 'Vanishing signal', inside: 'vanishing signal' },
    papers: [papers.heInit, papers.hanin],
    cures: ["He's initialisation (variance 2/fan-in with ReLU)", 'normalisation', residual],
    picture: 'meanSquare',
  },
  'chaotic-signal': {
    level: 'mechanism',
    assess: chaoticSignal,
    title: { start: 'Chaotic signal', inside: 'chaotic signal' },
    papers: [papers.poole, papers.schoenholz],
    cures: ['initial weights at the edge of chaos', 'orthogonal initial weights', residual],
    picture: 'closestPairs',
  },
  'vanishing-gradient': {
    level: 'mechanism',
    assess: vanishingGradient,
    rank: vanishingGradientRank,
    title: { start: 'Vanishing gradient', inside: 'vanishing gradient' },
    papers: [papers.hochreiter, papers.glorot],
    cures: [residual, 'ReLU, or tanh at the edge of chaos, instead of a sigmoid', 'normalisation'],
    picture: 'gradientNorm',
  },
  'correlation-collapse': {
    level: 'mechanism',
    assess: correlationCollapse,
    title: { start: 'Correlation collapse', inside: 'correlation collapse' },
    papers: [papers.schoenholz, papers.poole],
    cures: [residual, 'orthogonal initial weights with tanh at the edge of chaos', 'fewer layers'],
    picture: 'cosine',
  },
  'exploding-gradient': {
    level: 'mechanism',
    assess: explodingGradient,
    title: { start: 'Exploding gradient', inside: 'exploding gradient' },
    papers: [papers.yang, papers.balduzzi],
    cures: [residual, 'gradient clipping', 'a smaller rate'],
    picture: 'gradientNorm',
  },
  'numerical-error': {
    level: 'setting',
    assess: numericalError,
    rank: numericalErrorRank,
    title: { start: 'Numerical error', inside: 'numerical error' },
    papers: [papers.higham],
    cures: ['float64', 'smaller initial biases or inputs', 'standardised inputs'],
  },
  'unstable-step': {
    level: 'setting',
    assess: unstableStep,
    rank: unstableStepRank,
    title: { start: 'Unstable step', inside: 'unstable step' },
    papers: [papers.cohen],
    cures: ['a smaller rate', 'a warm-up', 'gradient clipping'],
  },
  'optimisation-failure': {
    level: 'umbrella',
    assess: optimisationFailure,
    title: { start: 'Optimisation failure (degradation)', inside: 'optimisation failure (degradation)' },
    papers: [papers.he2015],
    cures: ['residual links', 'identity layers added to the trained shallow network', 'fewer layers'],
  },
  'under-capacity': {
    level: 'umbrella',
    assess: underCapacity,
    rank: underCapacityRank,
    title: { start: 'Too little capacity', inside: 'too little capacity' },
    papers: [papers.zhang],
    cures: ['wider layers'],
  },
  overfitting: {
    level: 'umbrella',
    assess: overfitting,
    title: { start: 'Overfitting', inside: 'overfitting' },
    papers: [papers.zhang],
    cures: ['more training samples', 'augmentation', 'weight decay', 'dropout', 'stopping early'],
  },
  'useless-depth': {
    level: 'umbrella',
    assess: uselessDepth,
    title: { start: 'Useless depth', inside: 'useless depth' },
    papers: [papers.veit, papers.gromov],
    cures: ['fewer layers', 'larger multipliers, where it has residual links'],
  },
} as const satisfies { readonly [C in Cause]: CauseRow<C> }

type Returned<C extends Cause> = ReturnType<(typeof causeTable)[C]['assess']>

/** The facts of each cause. */
export type CauseFacts = { readonly [C in Cause]: Extract<Returned<C>, { readonly facts: object }>['facts'] }

/** A cause that was assessed, with its own facts. */
export type JudgedCause<C extends Cause = Cause> = { [Each in C]: Judged<Each, CauseFacts[Each]> }[C]
