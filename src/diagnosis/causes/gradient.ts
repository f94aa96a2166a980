/** The causes "vanishing gradient" and "exploding gradient", from the gradients by layer before the first step. */
import type { Evidence } from '../evidence.ts'
import type { Stretch } from '../measured.ts'
import { type Judged, mechanism, type Standing, scoreOf } from './assessment.ts'
import { firstOf, hiddenReading, lastOf, placeOf, type StagePlace } from './layer-values.ts'
import type { RankRule } from './rank.ts'

/**
 * Returns gradient norms by hidden stage. The gradient of a residual branch contains the branch's multiplier as a
 * factor, which does not affect earlier layers. So the norm is divided by the multiplier. A branch with multiplier 0
 * has NaN.
 */
function gradientNorms(evidence: Evidence): readonly number[] {
  const { stages } = evidence
  return hiddenReading(evidence, 'gradientNorm').map((norm, stage) => {
    const multiplier = stages[stage]?.multiplier ?? 1
    return multiplier === 0 ? Number.NaN : norm / Math.abs(multiplier)
  })
}

/**
 * Powers of ten by which the first layer's gradient exceeds the last hidden layer's gradient. A smaller gradient gives
 * a negative number.
 */
export function growthTowardInput(evidence: Evidence): number {
  const norms = gradientNorms(evidence)
  const [first, last] = [firstOf(norms), lastOf(norms)]
  return last === 0 ? Number.NaN : Math.log10(first / last)
}

/** Powers of ten by which the gradient falls if the first layers do not move in any training of usual length. */
export const vanishingDecades = 3
/** Powers of ten by which the gradient falls if updates of the first layers are below the rounding of the weights. */
export const severeDecades = 6
/**
 * Powers of ten by which an exploding gradient grows. A plain network with batch normalization has 1 power of ten at 20
 * layers and more than 3 at 56 layers.
 */
const explodingDecades = 2

/** Norm of the gradient with respect to the weights of one layer. */
interface LayerNorm {
  readonly norm: number
  /** Place of the layer. The value is null for the first and the last hidden layer. */
  readonly place: StagePlace | null
}

export type GradientFacts = {
  /** Powers of ten by which the gradient shrinks (vanishing) or grows (exploding) toward the input. */
  readonly decades: number
  readonly limit: number
  /**
   * Norms of the first and last hidden layers that have a gradient. The value is null if the gradient is 0 in all
   * hidden layers.
   */
  readonly ends: { readonly first: LayerNorm; readonly last: LayerNorm } | null
  /** Whether norms are divided by the multipliers of residual branches. */
  readonly isOverMultipliers: boolean
  /** Fraction of the first layer's weights that a step does not move. The value is NaN if the fraction is not known. */
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

/** A small gradient follows from a correlation collapse. A gradient below the rounding of the weights does not. */
export const vanishingGradientRank: RankRule = (_own, _found, evidence) =>
  -growthTowardInput(evidence) < severeDecades ? { behind: 'correlation-collapse' } : undefined
