/** The causes "exploding signal", "vanishing signal" and "chaotic signal", from readings before the first step. */
import type { Evidence } from '../evidence.ts'
import { type Judged, mechanism, type Standing, scoreOf } from './assessment.ts'
import { growthTowardInput } from './gradient.ts'
import { firstOf, hiddenReading, lastOf, placeOf, type StagePlace } from './layer-values.ts'

/**
 * Limit of the ratio between the mean squares of the first layer's outputs and any other layer's outputs, in powers of
 * ten. With He's initialization, 60 layers of 64 units change the mean square by one power of ten by chance (Hanin &
 * Rolnick 2018). Numbers in float32 overflow near 10^38.
 */
const mostDecades = 4

/** Facts about the mean squares of the layer outputs. */
export type SignalFacts = {
  /**
   * Largest growth (exploding) or shrinkage (vanishing) of the mean square from the first layer to another layer, in
   * powers of ten.
   */
  readonly decades: number
  readonly limit: number
  /** Mean square of the outputs of the first hidden layer. */
  readonly first: number
  /** Mean square of the outputs of the last hidden layer. */
  readonly last: number
} & Standing<{
  /** Place of the first layer whose mean square is beyond the limit. */
  readonly place: StagePlace
}>

export function explodingSignal(evidence: Evidence): Judged<'exploding-signal', SignalFacts> {
  return mechanism('exploding-signal', evidence, travelOf(evidence, 1))
}

export function vanishingSignal(evidence: Evidence): Judged<'vanishing-signal', SignalFacts> {
  return mechanism('vanishing-signal', evidence, travelOf(evidence, -1))
}

/**
 * Measures how far the mean square grows (`direction` 1) or shrinks (`direction` -1) from the first layer to each other
 * layer.
 */
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

/**
 * Returns log10 of the ratio of a layer's mean square to the first layer's mean square. A mean square of 0 has vanished
 * and gives -Infinity, and a NaN has exploded and gives Infinity.
 */
function decadesBetween(first: number, value: number): number {
  if (value === 0) return Number.NEGATIVE_INFINITY
  return Number.isNaN(value) || first === 0 ? Number.POSITIVE_INFINITY : Math.log10(value / first)
}

/**
 * Smallest fall of the mean cosine of the closest pairs of samples that marks a chaotic network (Poole et al. 2016).
 */
const leastFall = 0.2
/**
 * Smallest growth of gradients toward the input that marks a chaotic network, in powers of ten: chi_1 > 1 over all
 * layers (Schoenholz et al. 2017).
 */
const leastGrowth = 1

export type ChaoticSignalFacts = {
  /** Highest cosine of the closest pairs of samples in any hidden layer. */
  readonly highest: number
  /** Cosine of the closest pairs of samples in the last hidden layer. */
  readonly last: number
  readonly fall: number
  readonly leastFall: number
  /** Powers of ten by which gradients grow toward the input, or NaN if the last hidden layer has no gradient. */
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
