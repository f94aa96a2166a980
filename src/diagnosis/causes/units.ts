/** The causes "dead units" (never active) and "saturated units" (hardly any derivative), which block the gradient. */
import type { Cause } from '../cause.ts'
import { type Evidence, failedSeeds, readingOf, recordsOf, symptomOf } from '../evidence.ts'
import { type Judged, mechanism, ruledOut, type Standing, scoreOf, suspect } from './assessment.ts'
import { largestOf, placeOf, type StagePlace } from './layer-values.ts'
import type { RankRule } from './rank.ts'

/**
 * If all samples look alike, half of the units of a ReLU layer are inactive for all samples. So the limit for the
 * fraction of dead units is above a half.
 */
const mostDead = 0.6
const mostSaturated = 0.5

/** Fraction of dead or saturated units in the layer with the largest fraction. The read-out counts as a layer. */
interface UnitShare {
  /** Fraction of the units that are dead, or fraction of the activations that are saturated. */
  readonly share: number
  readonly limit: number
  readonly place: StagePlace
}

interface WithoutUnits {
  readonly outcome: 'no such units'
}

/** The seeds with whose weights the units of a layer are dead. */
interface DeadSeeds {
  /** Number of seeds with a layer of dead units before training. */
  readonly before: number
  /** Number of further seeds in which the units of a layer died during the training. */
  readonly died: number
  readonly seeds: number
}

export type DeadUnitsFacts =
  | WithoutUnits
  | (UnitShare & {
      /** Largest fraction of dead units in any layer after training, or -Infinity if the fraction is not known. */
      readonly afterTraining: number
    } & (
        | Standing
        | ({
            /**
             * `with some seeds`: the seeds with dead units are the seeds whose training fails. `died`: the units of a layer
             * died during the training.
             */
            readonly outcome: 'with some seeds' | 'died'
          } & DeadSeeds)
      ))

export function deadUnits(evidence: Evidence): Judged<'dead-units', DeadUnitsFacts> {
  const cause = 'dead-units'
  const found = unitShare(evidence, 'deadUnits', mostDead)
  if (found === null) return ruledOut(cause, { outcome: 'no such units' }, { observation: 'activations' })
  const afterTraining = largestOf(readingOf(evidence, 'deadUnits', 'end'))
  const facts = { ...found.facts, afterTraining }
  if (found.beyond === null && symptomOf(evidence) !== 'none') {
    const { before, died, place } = deadSeeds(evidence)
    const dead = new Set([...before, ...died])
    const failed = failedSeeds(evidence)
    const [layers, seeds] = [evidence.stages, recordsOf(evidence, 'network').length]
    const counts = { before: before.length, died: died.length, seeds, place }
    // Dead units explain a failure if exactly the seeds with dead units fail.
    const areFailing = failed.length > 0 && failed.every((seed) => dead.has(seed)) && dead.size === failed.length
    if (areFailing && layers.length > 1 && failed.length < seeds) {
      return suspect(cause, { ...facts, ...counts, outcome: 'with some seeds' }, failed.length / seeds)
    }
    // If every training fails, units that are dead before most trainings count only as in the mechanism below.
    if (areFailing && 2 * before.length < seeds)
      return suspect(cause, { ...facts, ...counts, outcome: 'died' }, scoreOf(afterTraining, mostDead))
  }
  return mechanism(cause, evidence, { observation: 'units before training', facts, beyond: found.beyond })
}

interface DeadStarts {
  /** Seeds with a layer of dead units before training. */
  readonly before: readonly number[]
  /** Seeds whose units die during the training. */
  readonly died: readonly number[]
  /** The layer with the largest fraction of dead units in these trainings. */
  readonly place: StagePlace
}

/** The seeds whose weights leave a layer with dead units before training, and the seeds whose units die later. */
function deadSeeds(evidence: Evidence): DeadStarts {
  const [before, died]: [number[], number[]] = [[], []]
  let [stage, most] = [0, Number.NEGATIVE_INFINITY]
  for (const record of recordsOf(evidence, 'network')) {
    const one = { ...evidence, records: [record] }
    const [start, end] = [readingOf(one, 'deadUnits', 'start'), readingOf(one, 'deadUnits', 'end')]
    const isDead = largestOf(start) >= mostDead
    if (isDead) before.push(record.seed)
    // Units that die in a training that diverges are a consequence of the step.
    else if (record.diverged === null && largestOf(end) >= mostDead) died.push(record.seed)
    else continue
    const values = isDead ? start : end
    if (largestOf(values) > most) [stage, most] = [values.indexOf(largestOf(values)), largestOf(values)]
  }
  return { before, died, place: placeOf(evidence, stage) }
}

export type SaturatedUnitsFacts = WithoutUnits | (UnitShare & Standing)

export function saturatedUnits(evidence: Evidence): Judged<'saturated-units', SaturatedUnitsFacts> {
  const found = unitShare(evidence, 'saturatedUnits', mostSaturated)
  if (found === null) return ruledOut('saturated-units', { outcome: 'no such units' }, { observation: 'activations' })
  return mechanism('saturated-units', evidence, { observation: 'units before training', ...found })
}

function unitShare(evidence: Evidence, probe: 'deadUnits' | 'saturatedUnits', limit: number) {
  const values = readingOf(evidence, probe)
  const share = largestOf(values)
  if (share === Number.NEGATIVE_INFINITY) return null
  const facts: UnitShare = { share, limit, place: placeOf(evidence, values.indexOf(share)) }
  const onset = values.findIndex((value) => value >= limit)
  return { facts, beyond: share < limit ? null : { score: scoreOf(share, limit), onset, facts: {} } }
}

const signals: readonly Cause[] = ['exploding-signal', 'vanishing-signal']

/** Units that die after the layer in which the signal was lost are a consequence of the lost signal. */
export const unitsRank: RankRule = ({ onset, cause }, found, view) => {
  // Units that die during the training are often a consequence of other effects in the layers, or of the step.
  if (cause === 'dead-units' && onset === undefined && deadSeeds(view).before.length === 0) {
    return { behind: 'too-few-steps' }
  }
  const signal = found.find((other) => signals.includes(other.cause) && (other.onset ?? 0) < (onset ?? 0))
  return signal && { behind: signal.cause }
}
