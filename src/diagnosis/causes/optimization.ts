/**
 * The cause "optimization failure" (degradation): the solver misses better weights that exist (He et al. 2015, section
 * 1).
 */
import { type ControlOf, controlsOf } from '../controls.ts'
import {
  difference,
  type Evidence,
  isTwinAwaited,
  meanOf,
  recordsOf,
  referenceOf,
  symptomOf,
  trainingLoss,
} from '../evidence.ts'
import {
  type Assessed,
  type Earlier,
  holds,
  type Need,
  open,
  ruledOut,
  scoreOf,
  type TwinDepth,
  twinOf,
  untested,
} from './assessment.ts'

const [longer] = controlsOf('steps')

/** Limit of the relative excess of the network's training loss over the twin's training loss. */
const leastExcess = 0.05

/** Excess of the network's training loss over the training loss of its twin. */
export interface TwinExcess {
  readonly twin: ControlOf<'twin'>
  readonly limit: number
  /**
   * Mean training losses over the seeds that the network and its twin have in common, or null if no seed is in common.
   */
  readonly pairs: {
    readonly network: number
    readonly twin: number
    readonly difference: number
    /** Half width of the 95% interval of the loss difference, or null if the seeds are too few for an interval. */
    readonly halfWidth: number | null
    readonly seeds: number
    /** Training loss of the network minus that of its twin, divided by the twin's training loss. */
    readonly excess: number
  } | null
}

export type OptimizationFailureFacts =
  | { readonly outcome: 'no worse'; readonly twin: TwinDepth | null }
  | { readonly outcome: 'twin awaited' | 'no twin' }
  | { readonly outcome: 'twins fail'; readonly twin: TwinDepth }
  | ({ readonly outcome: 'unsure' | 'others open' } & TwinExcess)
  | ({ readonly outcome: 'merely slow' } & LongerRun & TwinExcess)
  | ({
      readonly outcome: 'solver fails'
      /**
       * Training loss of the trained twin with added identity layers, or null if no such loss below the network's loss
       * is known.
       */
      readonly constructive: number | null
    } & LongerRun &
      TwinExcess)

/** A control training with more steps, and its training loss. */
interface LongerRun {
  readonly longer: ControlOf<'steps'>
  readonly longerLoss: number
}

/**
 * Assesses whether the solver misses better weights that exist. The argument `earlier` holds the assessments of the
 * mechanisms, of the numerical precision and of the step size.
 */
export function optimizationFailure(
  evidence: Evidence,
  earlier: Earlier,
): Assessed<'optimization-failure', OptimizationFailureFacts> {
  const cause = 'optimization-failure'
  const symptom = symptomOf(evidence)
  const reference = referenceOf(evidence)
  if (symptom === 'none') {
    const twin = reference ? twinOf(evidence) : null
    return ruledOut(cause, { outcome: 'no worse', twin }, { observation: 'training' })
  }
  if (isTwinAwaited(evidence)) {
    return open(cause, { outcome: 'twin awaited' }, [{ control: 'shallow twin', seeds: evidence.seeds.length }])
  }
  if (reference === undefined) {
    const isAlone = recordsOf(evidence, 'shallow twin').length + recordsOf(evidence, 'shallower twin').length === 0
    const facts = isAlone
      ? ({ outcome: 'no twin' } as const)
      : ({ outcome: 'twins fail', twin: twinOf(evidence) } as const)
    return ruledOut(cause, facts, { observation: 'shallow twin' })
  }
  if (earlier.some(({ state }) => state === 'holds')) return untested(cause)
  const excess = excessOver(evidence, reference)
  if (symptom === 'unclear') return open(cause, { ...excess, outcome: 'unsure' }, [])
  const { constructive } = evidence.measured
  const { need, isStillWorse, loss: longerLoss } = longerRun(evidence, reference)
  const needs: Need[] = [...(constructive ? [] : [{ measurement: 'constructive' } as const]), ...(need ? [need] : [])]
  if (needs.length > 0 || earlier.some(({ state }) => state === 'open')) {
    return open(cause, { ...excess, outcome: 'others open' }, needs)
  }
  const found = { ...excess, longer, longerLoss }
  if (!isStillWorse) return ruledOut(cause, { ...found, outcome: 'merely slow' }, { controls: [longer] })
  const bound = constructive && constructive.impossible === null ? constructive.loss : null
  const networkLoss = meanOf(evidence, 'network', trainingLoss) ?? Number.NaN
  const known = bound !== null && bound < networkLoss ? bound : null
  const score = scoreOf(excess.pairs?.excess ?? Number.NaN, leastExcess)
  return holds(cause, { ...found, outcome: 'solver fails', constructive: known }, score)
}

function excessOver(evidence: Evidence, twin: ControlOf<'twin'>): TwinExcess {
  const found = difference(evidence, twin, 'network')
  if (!found) return { twin, limit: leastExcess, pairs: null }
  const { first, second, mean, halfWidth, count } = found
  const pairs = { network: second, twin: first, difference: mean, halfWidth, seeds: count, excess: mean / first }
  return { twin, limit: leastExcess, pairs }
}

/** Compares the network after three times the steps with the twin after the usual number of steps. */
function longerRun(
  evidence: Evidence,
  reference: ControlOf<'twin'>,
): { readonly need?: Need; readonly isStillWorse: boolean; readonly loss: number } {
  const runs = recordsOf(evidence, longer).length
  const loss = meanOf(evidence, longer, trainingLoss) ?? Number.NaN
  // The mean losses `goal` and `network` are taken over the seeds of the training with more steps.
  const goal = difference(evidence, longer, reference)?.second ?? Number.NaN
  const network = difference(evidence, longer, 'network')?.second ?? Number.NaN
  if (runs === 0) return { need: { control: longer, seeds: 1 }, isStillWorse: true, loss }
  // One seed is enough if the loss after more steps is closer to the network's loss than to the twin's loss.
  const isFar = loss > (goal + network) / 2
  if (runs < evidence.seeds.length && !isFar) {
    return { need: { control: longer, seeds: evidence.seeds.length }, isStillWorse: true, loss }
  }
  return { isStillWorse: isFar || difference(evidence, reference, longer)?.verdict === 'worse', loss }
}
