/** The causes "dead units" (never active) and "saturated units" (hardly any derivative), which block the gradient. */
import type { Cause } from '../cause.ts'
import type { Evidence } from '../evidence.ts'
import { type Judged, mechanism, ruledOut, type Standing, scoreOf } from './assessment.ts'
import { hiddenReading, largestOf, placeOf, type StagePlace } from './layer-values.ts'
import type { RankRule } from './rank.ts'

/**
 * If all samples look alike, half of the units of a ReLU layer are inactive for all samples. So the limit for the
 * fraction of dead units is above a half.
 */
const mostDead = 0.6
const mostSaturated = 0.5

/** Fraction of dead or saturated units in the hidden layer with the largest fraction. */
interface UnitShare {
  /** Fraction of the units that are dead, or fraction of the activations that are saturated. */
  readonly share: number
  readonly limit: number
  readonly place: StagePlace
}

interface WithoutUnits {
  readonly outcome: 'no such units'
}

export type DeadUnitsFacts =
  | WithoutUnits
  | (UnitShare & {
      /**
       * Largest fraction of dead units in any hidden layer after training, or -Infinity if the fraction is not known.
       */
      readonly afterTraining: number
    } & Standing)

export function deadUnits(evidence: Evidence): Judged<'dead-units', DeadUnitsFacts> {
  const found = unitShare(evidence, 'deadUnits', mostDead)
  if (found === null) return ruledOut('dead-units', { outcome: 'no such units' }, { observation: 'activations' })
  const afterTraining = largestOf(hiddenReading(evidence, 'deadUnits', 'end'))
  const facts = { ...found.facts, afterTraining }
  return mechanism('dead-units', evidence, { observation: 'units before training', facts, beyond: found.beyond })
}

export type SaturatedUnitsFacts = WithoutUnits | (UnitShare & Standing)

export function saturatedUnits(evidence: Evidence): Judged<'saturated-units', SaturatedUnitsFacts> {
  const found = unitShare(evidence, 'saturatedUnits', mostSaturated)
  if (found === null) return ruledOut('saturated-units', { outcome: 'no such units' }, { observation: 'activations' })
  return mechanism('saturated-units', evidence, { observation: 'units before training', ...found })
}

function unitShare(evidence: Evidence, probe: 'deadUnits' | 'saturatedUnits', limit: number) {
  const values = hiddenReading(evidence, probe)
  const share = largestOf(values)
  if (share === Number.NEGATIVE_INFINITY) return null
  const facts: UnitShare = { share, limit, place: placeOf(evidence, values.indexOf(share)) }
  const onset = values.findIndex((value) => value >= limit)
  return { facts, beyond: share < limit ? null : { score: scoreOf(share, limit), onset, facts: {} } }
}

const signals: readonly Cause[] = ['exploding-signal', 'vanishing-signal']

/** Units that die after the layer in which the signal was lost are a consequence of the lost signal. */
export const unitsRank: RankRule = ({ onset = 0 }, found) => {
  const signal = found.find((other) => signals.includes(other.cause) && (other.onset ?? 0) < onset)
  return signal && { behind: signal.cause }
}
