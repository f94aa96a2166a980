/** How large the values are from layer to layer before the first step, and whether small differences between them grow. */

import { number } from '../../format/words.ts'
import type { Evidence } from '../evidence.ts'
import {
  type Assessment,
  type EvidenceRow,
  firstOf,
  hiddenReading,
  holds,
  lastOf,
  placeOf,
  ruledOut,
  scoreOf,
  withoutSymptom,
} from './assessment.ts'
import { growthTowardsInput } from './gradient.ts'

/**
 * Powers of ten between the first layer's mean square and the furthest. He's initialisation at 60 layers of 64 units moves it by
 * one, by chance (Hanin & Rolnick 2018); float32 breaks at 38.
 */
const mostDecades = 4

interface Travel {
  /** Powers of ten above the first layer's, and below. */
  readonly up: number
  readonly down: number
  /** The first stages beyond the limit; -1 where there is none. */
  readonly highAt: number
  readonly lowAt: number
  readonly first: number
  readonly last: number
}

function travelOf(evidence: Evidence): Travel {
  const values = hiddenReading(evidence, 'meanSquare')
  const first = firstOf(values)
  const decades = values.map((value) => decadesBetween(first, value))
  return {
    up: Math.max(0, ...decades),
    down: Math.max(0, ...decades.map((value) => -value)),
    highAt: decades.findIndex((value) => value >= mostDecades),
    lowAt: decades.findIndex((value) => value <= -mostDecades),
    first,
    last: lastOf(values),
  }
}

/** A signal of 0 has vanished, and one that isn't a number has exploded. */
function decadesBetween(first: number, value: number): number {
  if (value === 0) return Number.NEGATIVE_INFINITY
  return Number.isNaN(value) || first === 0 ? Number.POSITIVE_INFINITY : Math.log10(value / first)
}

function rowsOf(name: string, value: number, { first, last }: Travel): EvidenceRow[] {
  const words = `mean square ${number(first)} after the first layer, ${number(last)} after the last hidden one`
  return [{ name, value: Number.isFinite(value) ? value : null, limit: mostDecades, words }]
}

export function explodingSignal(evidence: Evidence): Assessment {
  const travel = travelOf(evidence)
  const rows = rowsOf('powers of ten that the signal grows by', travel.up, travel)
  const [{ words }] = rows
  if (travel.highAt < 0) {
    return ruledOut('exploding-signal', 'the signal before training', { sentence: `${words}.`, evidence: rows })
  }
  const sentence = `The signal explodes before any training: ${words}, 10,000 times the first's by ${placeOf(evidence, travel.highAt)}.`
  return (
    withoutSymptom('exploding-signal', evidence, rows) ??
    holds('exploding-signal', scoreOf(travel.up, mostDecades), { sentence, evidence: rows }, travel.highAt)
  )
}

export function vanishingSignal(evidence: Evidence): Assessment {
  const travel = travelOf(evidence)
  const rows = rowsOf('powers of ten that the signal shrinks by', travel.down, travel)
  const [{ words }] = rows
  if (travel.lowAt < 0) {
    return ruledOut('vanishing-signal', 'the signal before training', { sentence: `${words}.`, evidence: rows })
  }
  const sentence = `The signal vanishes before any training: ${words}, a 10,000th of the first's by ${placeOf(evidence, travel.lowAt)}.`
  return (
    withoutSymptom('vanishing-signal', evidence, rows) ??
    holds('vanishing-signal', scoreOf(travel.down, mostDecades), { sentence, evidence: rows }, travel.lowAt)
  )
}

/** How far the cosine of the closest pairs of samples falls in a chaotic network (Poole et al. 2016). */
const leastFall = 0.2
/** Powers of ten that gradients grow by towards the input: chi_1 > 1 over all layers (Schoenholz et al. 2017). */
const leastGrowth = 1

export function chaoticSignal(evidence: Evidence): Assessment {
  const cosines = hiddenReading(evidence, 'closestPairs')
  const [highest, last] = [Math.max(...cosines.filter((value) => !Number.isNaN(value))), lastOf(cosines)]
  const fall = highest - last
  const growth = growthTowardsInput(evidence)
  const words = `the cosine of the closest pairs of samples falls from ${number(highest)} to ${number(last)}`
  const grown = Number.isNaN(growth)
    ? 'the last hidden layer has no gradient to compare others with'
    : `gradients are ${number(10 ** growth)} times as large in the first layer as in the last hidden one`
  const rows = [
    { name: 'fall of the cosine of the closest pairs', value: fall, limit: leastFall, words },
    { name: 'powers of ten that gradients grow by towards the input', value: growth, limit: leastGrowth, words: grown },
  ]
  if (!(fall >= leastFall && growth >= leastGrowth)) {
    const sentence =
      fall >= leastFall
        ? `${grown}.`
        : `${fall > 0 ? words : `the cosine of the closest pairs of samples ends at ${number(last)}, its highest`}.`
    return ruledOut('chaotic-signal', 'the correlation before training', { sentence, evidence: rows })
  }
  const sentence = `The signal is chaotic before any training: ${words}, so that like inputs end up unlike, and ${grown}.`
  return (
    withoutSymptom('chaotic-signal', evidence, rows) ??
    holds('chaotic-signal', scoreOf(growth, leastGrowth), { sentence, evidence: rows })
  )
}
