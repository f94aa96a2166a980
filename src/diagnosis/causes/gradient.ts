/** How gradients change from the last hidden layer to the first before the first step. */
import type { Evidence } from '../evidence.ts'
import type { Stretch } from '../measured.ts'
import { type Judged, mechanism, type Standing, scoreOf } from './assessment.ts'
import { firstOf, hiddenReading, lastOf, placeOf, type StagePlace } from './layer-values.ts'
import type { RankRule } from './rank.ts'

/**
 * By hidden stage. The gradient of a residual branch's weights has its multiplier as a factor, which says nothing of the way to
 * the input: it is taken out. NaN where a branch is multiplied by 0.
 */
function gradientNorms(evidence: Evidence): readonly number[] {
  const { stages } = evidence
  return hiddenReading(evidence, 'gradientNorm').map((norm, stage) => {
    const multiplier = stages[stage]?.multiplier ?? 1
    return multiplier === 0 ? Number.NaN : norm / Math.abs(multiplier)
  })
}

/** Powers of ten by which the first layer's gradient is larger than the last hidden one's; below 0 where it is smaller. */
export function growthTowardInput(evidence: Evidence): number {
  const norms = gradientNorms(evidence)
  const [first, last] = [firstOf(norms), lastOf(norms)]
  return last === 0 ? Number.NaN : Math.log10(first / last)
}

/** Beyond these the first layers don't move in any run of usual length. */
export const vanishingDecades = 3
/** Beyond these they don't move at all: their updates are lost in the weights' last bits. */
export const severeDecades = 6
/** A plain network of 20 layers with batch normalization has 1, one of 56 more than 3. */
const explodingDecades = 2

/** The norm of the gradient with respect to a layer's weights. */
interface LayerNorm {
  readonly norm: number
  /** Null in the layer at that end of the hidden ones. */
  readonly place: StagePlace | null
}

export type GradientFacts = {
  /** Powers of ten from one end to the other, in the direction of the cause. */
  readonly decades: number
  readonly limit: number
  /** Of the first hidden layer that has one, and of the last; null where the gradient is 0 in all of them. */
  readonly ends: { readonly first: LayerNorm; readonly last: LayerNorm } | null
  /** Whether norms are taken over the multipliers of their residual branches. */
  readonly isOverMultipliers: boolean
  /** Share of the first layer's weights that a step doesn't move; NaN where that isn't known. */
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

/** A gradient that is merely small comes with the collapse; one that is lost to the weights' last bits is there by itself. */
export const vanishingGradientRank: RankRule = (_own, _found, evidence) =>
  -growthTowardInput(evidence) < severeDecades ? { behind: 'correlation-collapse' } : undefined
