/** How large the values are from layer to layer before the first step, and whether small differences between them grow. */
import type { Evidence } from '../evidence.ts'
import { type Judged, mechanism, type Standing, scoreOf } from './assessment.ts'
import { growthTowardInput } from './gradient.ts'
import { firstOf, hiddenReading, lastOf, placeOf, type StagePlace } from './layer-values.ts'

/**
 * Powers of ten between the first layer's mean square and the furthest. He's initialization at 60 layers of 64 units moves it by
 * one, by chance (Hanin & Rolnick 2018); float32 breaks at 38.
 */
const mostDecades = 4

/** Mean squares of the outputs. */
export type SignalFacts = {
  /** Powers of ten from the first layer's to the furthest. */
  readonly decades: number
  readonly limit: number
  /** Of the first hidden layer and of the last one. */
  readonly first: number
  readonly last: number
} & Standing<{
  /** The first layer beyond the limit. */
  readonly place: StagePlace
}>

export function explodingSignal(evidence: Evidence): Judged<'exploding-signal', SignalFacts> {
  return mechanism('exploding-signal', evidence, travelOf(evidence, 1))
}

export function vanishingSignal(evidence: Evidence): Judged<'vanishing-signal', SignalFacts> {
  return mechanism('vanishing-signal', evidence, travelOf(evidence, -1))
}

/** `direction`: 1 of growth, -1 of shrinking. */
function travelOf(evidence: Evidence, direction: 1 | -1) {
  const values = hiddenReading(evidence, 'meanSquare')
  const first = firstOf(values)
  const path = values.map((value) => direction * decadesBetween(first, value))
  const onset = path.findIndex((value) => value >= mostDecades)
  const decades = Math.max(0, ...path)
  const score = scoreOf(decades, mostDecades)
  return {
    observation: 'signal before training',
    facts: { decades, limit: mostDecades, first, last: lastOf(values) },
    beyond: onset < 0 ? null : { score, onset, facts: { place: placeOf(evidence, onset) } },
  } as const
}

/** A signal of 0 has vanished, and one that isn't a number has exploded. */
function decadesBetween(first: number, value: number): number {
  if (value === 0) return Number.NEGATIVE_INFINITY
  return Number.isNaN(value) || first === 0 ? Number.POSITIVE_INFINITY : Math.log10(value / first)
}

/** How far the cosine of the closest pairs of samples falls in a chaotic network (Poole et al. 2016). */
const leastFall = 0.2
/** Powers of ten that gradients grow by toward the input: chi_1 > 1 over all layers (Schoenholz et al. 2017). */
const leastGrowth = 1

export type ChaoticSignalFacts = {
  /** Of the cosine of the closest pairs of samples: its highest value in any hidden layer, and that of the last one. */
  readonly highest: number
  readonly last: number
  readonly fall: number
  readonly leastFall: number
  /** Powers of ten that gradients grow by toward the input; NaN where the last hidden layer has none. */
  readonly growth: number
  readonly leastGrowth: number
} & Standing

export function chaoticSignal(evidence: Evidence): Judged<'chaotic-signal', ChaoticSignalFacts> {
  const cosines = hiddenReading(evidence, 'closestPairs')
  const [highest, last] = [Math.max(...cosines.filter((value) => !Number.isNaN(value))), lastOf(cosines)]
  const fall = highest - last
  const growth = growthTowardInput(evidence)
  const isBeyond = fall >= leastFall && growth >= leastGrowth
  return mechanism('chaotic-signal', evidence, {
    observation: 'correlation before training',
    facts: { highest, last, fall, leastFall, growth, leastGrowth },
    beyond: isBeyond ? { score: scoreOf(growth, leastGrowth), facts: {} } : null,
  })
}
