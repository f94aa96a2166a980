/** The texts of each cause: the title, the cures, and the words for the facts. */
import type { Cause, Verdict } from '../cause.ts'
import type { CauseFacts, JudgedCause } from '../causes/table.ts'
import { numericalErrorWords } from './arithmetic.ts'
import { underCapacityWords } from './capacity.ts'
import { correlationCollapseWords } from './correlation.ts'
import { explodingGradientWords, vanishingGradientWords } from './gradient.ts'
import { tooFewStepsWords } from './length.ts'
import { optimizationFailureWords } from './optimization.ts'
import { overfittingWords } from './overfitting.ts'
import { proofRow, proofText } from './proof.ts'
import { setupWords } from './setup.ts'
import { chaoticSignalWords, explodingSignalWords, vanishingSignalWords } from './signal.ts'
import { stepTooSmallWords, unstableStepWords } from './step.ts'
import { deadUnitsWords, saturatedUnitsWords } from './units.ts'
import { uselessDepthWords } from './useless-depth.ts'
import { type ErrorText, twoSentences, type Words } from './words.ts'

/** A title in two forms: `start` begins a sentence or stands alone, and `inside` is used inside a sentence. */
export interface Title {
  readonly start: string
  readonly inside: string
}

interface Wording<Facts> {
  readonly title: Title
  /** Changes of the network or its training that may remove the cause. */
  readonly cures: readonly string[]
  /** `say` formats the errors in the words. */
  readonly words: (facts: Facts, say?: ErrorText) => Words
}

const residual = 'residual connections with a multiplier of 1/depth'

const wordings: { readonly [C in Cause]: Wording<CauseFacts[C]> } = {
  'unscaled-data': {
    title: { start: 'Unscaled data', inside: 'unscaled data' },
    cures: ['standardized inputs and targets'],
    words: setupWords('unscaled-data'),
  },
  'output-cannot-reach-targets': {
    title: { start: 'Output that cannot reach its targets', inside: 'an output that cannot reach its targets' },
    cures: ['no activation behind the last layer', 'a loss that computes the activation itself'],
    words: setupWords('output-cannot-reach-targets'),
  },
  'no-nonlinearity': {
    title: { start: 'No nonlinearity', inside: 'no nonlinearity' },
    cures: ['an activation such as ReLU between the layers'],
    words: setupWords('no-nonlinearity'),
  },
  'over-regularized': {
    title: { start: 'Too much regularization', inside: 'too much regularization' },
    cures: ['less dropout', 'less weight decay'],
    words: setupWords('over-regularized'),
  },
  'unbalanced-classes': {
    title: { start: 'Unbalanced classes', inside: 'unbalanced classes' },
    cures: ['balanced class weights', 'balanced batches'],
    words: setupWords('unbalanced-classes'),
  },
  'saturated-units': {
    title: { start: 'Saturated units', inside: 'saturated units' },
    cures: ['smaller initial weights and biases', 'batch or layer normalization before the activation', 'ReLU'],
    words: saturatedUnitsWords,
  },
  'dead-units': {
    title: { start: 'Dead units', inside: 'dead units' },
    cures: ['initial biases of 0', 'a leaky ReLU', 'batch normalization before the activation'],
    words: deadUnitsWords,
  },
  'exploding-signal': {
    title: { start: 'Exploding signal', inside: 'exploding signal' },
    cures: ["He's initialization (variance 2/fan-in with ReLU)", residual, 'normalization'],
    words: explodingSignalWords,
  },
  'vanishing-signal': {
    title: { start: 'Vanishing signal', inside: 'vanishing signal' },
    cures: ["He's initialization (variance 2/fan-in with ReLU)", 'normalization', residual],
    words: vanishingSignalWords,
  },
  'chaotic-signal': {
    title: { start: 'Chaotic signal', inside: 'chaotic signal' },
    cures: ['initial weights at the edge of chaos', 'orthogonal initial weights', residual],
    words: chaoticSignalWords,
  },
  'vanishing-gradient': {
    title: { start: 'Vanishing gradient', inside: 'vanishing gradient' },
    cures: [residual, 'ReLU, or tanh at the edge of chaos, instead of a sigmoid', 'normalization'],
    words: vanishingGradientWords,
  },
  'correlation-collapse': {
    title: { start: 'Correlation collapse', inside: 'correlation collapse' },
    cures: [residual, 'orthogonal initial weights with tanh at the edge of chaos', 'fewer layers'],
    words: correlationCollapseWords,
  },
  'exploding-gradient': {
    title: { start: 'Exploding gradient', inside: 'exploding gradient' },
    cures: [residual, 'gradient clipping', 'a smaller rate'],
    words: explodingGradientWords,
  },
  'numerical-error': {
    title: { start: 'Numerical error', inside: 'numerical error' },
    cures: ['float64', 'smaller initial biases or inputs', 'standardized inputs'],
    words: numericalErrorWords,
  },
  'unstable-step': {
    title: { start: 'Unstable step', inside: 'unstable step' },
    cures: ['a smaller rate', 'a warm-up', 'gradient clipping'],
    words: unstableStepWords,
  },
  'step-too-small': {
    title: { start: 'Step too small', inside: 'a step that is too small' },
    cures: ['a larger rate'],
    words: stepTooSmallWords,
  },
  'too-few-steps': {
    title: { start: 'Too few steps', inside: 'too few steps' },
    cures: ['more steps'],
    words: tooFewStepsWords,
  },
  'optimization-failure': {
    title: { start: 'Optimization failure (degradation)', inside: 'optimization failure (degradation)' },
    cures: ['residual connections', 'identity layers added to the trained shallow network', 'fewer layers'],
    words: optimizationFailureWords,
  },
  'under-capacity': {
    title: { start: 'Too little capacity', inside: 'too little capacity' },
    cures: ['wider layers'],
    words: underCapacityWords,
  },
  overfitting: {
    title: { start: 'Overfitting', inside: 'overfitting' },
    cures: ['more training samples', 'augmentation', 'weight decay', 'dropout', 'early stopping'],
    words: overfittingWords,
  },
  'useless-depth': {
    title: { start: 'Useless depth', inside: 'useless depth' },
    cures: ['fewer layers', 'larger multipliers of residual connections'],
    words: uselessDepthWords,
  },
}

export function wordsOf<C extends Cause>({ cause, facts, proof }: JudgedCause<C>, say?: ErrorText): Words {
  const own = wordings[cause].words(facts, say)
  if (proof === undefined) return own
  const inside = (other: Cause): string => wordings[other].title.inside
  const text = proofText(proof, inside)
  return {
    statement: text === '' ? own.statement : twoSentences(own.statement, text),
    evidence: [...proofRow(proof, inside), ...own.evidence],
  }
}

export function verdictTitle(verdict: Verdict): Title {
  if (verdict === 'healthy') return { start: 'Healthy', inside: 'healthy' }
  if (verdict === 'undecided') return { start: 'Undecided', inside: 'undecided' }
  return wordings[verdict].title
}

export const curesOf = (cause: Cause): readonly string[] => wordings[cause].cures
