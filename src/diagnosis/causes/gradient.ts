/**
 * The causes "vanishing gradient" and "exploding gradient", judged by the gradient of each layer before the first step.
 */
import type { Evidence } from '../evidence.ts'
import type { Stretch } from '../measured.ts'
import { type Judged, mechanism, type Standing, scoreOf } from './assessment.ts'
import { firstOf, hiddenReading, lastOf, placeOf, type StagePlace } from './layer-values.ts'
import type { RankRule } from './rank.ts'

/**
 * Returns the gradient norm of each hidden stage. The gradient of a residual branch contains the branch's multiplier as
 * a factor. This factor does not affect the gradients of earlier layers. So the gradient norm of a branch is divided by
 * the branch's multiplier. The norm of a branch with multiplier 0 is NaN.
 */
function gradientNorms(evidence: Evidence): readonly number[] {
  const { stages } = evidence
  return hiddenReading(evidence, 'gradientNorm').map((norm, stage) => {
    const multiplier = stages[stage]?.multiplier ?? 1
    return multiplier === 0 ? Number.NaN : norm / Math.abs(multiplier)
  })
}

/**
 * Returns log10 of the ratio of the first layer's gradient norm to the last hidden layer's gradient norm. The logarithm
 * is negative if gradients shrink toward the input.
 */
export function growthTowardInput(evidence: Evidence): number {
  const norms = gradientNorms(evidence)
  const [first, last] = [firstOf(norms), lastOf(norms)]
  return last === 0 ? Number.NaN : Math.log10(first / last)
}

/**
 * Smallest shrinkage toward the input that marks a vanishing gradient, in powers of ten. If the gradient of the first
 * layers is a thousandth of the last layer's gradient, no training of usual length changes the first layers.
 */
export const vanishingDecades = 3
/**
 * Smallest shrinkage toward the input, in powers of ten, at which rounding of the weights loses the updates of the
 * first layers.
 */
export const severeDecades = 6
/**
 * Smallest growth toward the input that marks an exploding gradient, in powers of ten. In a plain network with batch
 * normalization, the gradient grows by 1 power of ten at 20 layers and by more than 3 at 56 layers.
 */
const explodingDecades = 2

/** Norm of the gradient with respect to the weights of one layer. */
interface LayerNorm {
  readonly norm: number
  /** Position of the layer in the network, or null for the first and the last hidden layer. */
  readonly place: StagePlace | null
}

export type GradientFacts = {
  /** Powers of ten by which the gradient shrinks (vanishing) or grows (exploding) toward the input. */
  readonly decades: number
  readonly limit: number
  /**
   * Gradient norms of the first and the last hidden layer that have a gradient, or null if the gradient is 0 in all
   * hidden layers.
   */
  readonly ends: { readonly first: LayerNorm; readonly last: LayerNorm } | null
  /** Whether the gradient norms are divided by the multipliers of residual branches. */
  readonly isOverMultipliers: boolean
  /**
   * Fraction of the first layer's weights that a training step does not change, or NaN if the fraction is not known.
   */
  readonly lostUpdates: number
  readonly jacobian: Stretch | null
} & Standing

export function vanishingGradient(evidence: Evidence): Judged<'vanishing-gradient', GradientFacts> {
  return mechanism('vanishing-gradient', evidence, gradientOf(evidence, -growthTowardInput(evidence), vanishingDecades))
}

export function explodingGradient(evidence: Evidence): Judged<'exploding-gradient', GradientFacts> {
  return mechanism('exploding-gradient', evidence, gradientOf(evidence, growthTowardInput(evidence), explodingDecades))
}

function gradientOf(evidence: Evidence, decades: number, limit: number) {
  const facts = {
    decades,
    limit,
    ends: endsOf(evidence),
    isOverMultipliers: evidence.stages.some(({ multiplier }) => multiplier !== 1),
    lostUpdates: firstOf(hiddenReading(evidence, 'lostUpdates')),
    jacobian: evidence.measured.jacobian ?? null,
  }
  const beyond = decades >= limit ? { score: scoreOf(decades, limit), facts: {} } : null
  return { observation: 'gradients before training', facts, beyond } as const
}

function endsOf(evidence: Evidence): GradientFacts['ends'] {
  const norms = gradientNorms(evidence)
  if (norms.every((norm) => !(norm > 0))) return null
  const known = [...norms.keys()].filter((stage) => !Number.isNaN(norms[stage]))
  const [first, last] = [known[0], known[known.length - 1]]
  const end = (stage: number, outermost: number): LayerNorm => ({
    norm: norms[stage],
    place: stage === outermost ? null : placeOf(evidence, stage),
  })
  return { first: end(first, 0), last: end(last, norms.length - 1) }
}

/**
 * A vanishing gradient ranks behind a correlation collapse, because a small gradient can follow from the collapse. A
 * gradient so small that rounding of the weights loses the updates does not follow from a collapse, so the cause keeps
 * its rank.
 */
export const vanishingGradientRank: RankRule = (_own, _found, evidence) =>
  -growthTowardInput(evidence) < severeDecades ? { behind: 'correlation-collapse' } : undefined
