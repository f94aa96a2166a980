/** How the network trains, as facts: its losses and errors beside those of guessing and of the network that it is compared with. */
import type { ControlOf } from './controls.ts'
import {
  difference,
  type Evidence,
  fails,
  leastEffect,
  meanOf,
  recordsOf,
  referenceOf,
  symptomOf,
  trainingError,
  trainingLoss,
} from './evidence.ts'

/** The mean over the seeds that didn't diverge; null where all did. */
export interface MeanLoss {
  readonly mean: number | null
  readonly diverged: number
  readonly seeds: number
}

/** The network that it is compared with. */
export interface ComparedTwin {
  /** Whether the user gave it. */
  readonly isGiven: boolean
  /** How many it has; undefined where nobody counted them. */
  readonly layers: number | undefined
}

export type SymptomFacts =
  | {
      readonly symptom: 'learns nothing'
      readonly loss: MeanLoss
      readonly guessing: number
      readonly twin: (ComparedTwin & { readonly loss: number }) | null
    }
  | { readonly symptom: 'not compared'; readonly loss: MeanLoss; readonly guessing: number }
  | {
      readonly symptom: 'worse' | 'unclear'
      readonly loss: MeanLoss
      /** Whether that is about what guessing gives. */
      readonly isGuessing: boolean
      readonly twin: ComparedTwin & { readonly loss: number }
      /** The twin's weights with so many identity layers, with the first seed, where that is better than what was found. */
      readonly identity: { readonly layers: number; readonly loss: number } | null
    }
  | {
      readonly symptom: 'none'
      /** Means over the seeds. */
      readonly trainingError: number
      readonly testError: number
      readonly twin:
        | (ComparedTwin & {
            readonly error: number
            /** `unknown`: too few seeds. */
            readonly difference: 'unknown' | 'within the spread' | 'none'
          })
        | null
    }

export function symptomFacts(evidence: Evidence): SymptomFacts {
  const { chance } = evidence
  const reference = referenceOf(evidence)
  const symptom = symptomOf(evidence)
  const loss = meanLoss(evidence)
  if (symptom === 'learns nothing') {
    const twinLoss = meanOf(evidence, 'shallow twin', trainingLoss)
    const twin = twinLoss === null ? null : { ...comparedTwin(evidence, 'shallow twin'), loss: twinLoss }
    return { symptom, loss, guessing: chance.loss, twin }
  }
  if (symptom === 'unclear' && !reference) return { symptom: 'not compared', loss, guessing: chance.loss }
  const pair = reference && difference(evidence, reference, 'network')
  if (symptom !== 'none' && reference && pair) {
    return {
      symptom: symptom === 'unclear' ? 'unclear' : 'worse',
      loss,
      isGuessing: fails(evidence, 'network'),
      twin: { ...comparedTwin(evidence, reference), loss: pair.first },
      identity: identityLayers(evidence, reference),
    }
  }
  return {
    symptom: 'none',
    trainingError: meanOf(evidence, 'network', trainingError) ?? Number.NaN,
    testError: testErrorOf(evidence),
    twin: reference ? { ...comparedTwin(evidence, reference), ...errorOf(evidence, reference) } : null,
  }
}

function layersOf({ depths }: Evidence, control: ControlOf<'twin'>): number | undefined {
  return control === 'shallow twin' ? depths.shallow : depths.shallower
}

function comparedTwin(evidence: Evidence, control: ControlOf<'twin'>): ComparedTwin {
  const isGiven = evidence.isTwinGiven && control === 'shallow twin'
  return { isGiven, layers: layersOf(evidence, control) }
}

function identityLayers(
  evidence: Evidence,
  reference: ControlOf<'twin'>,
): { readonly layers: number; readonly loss: number } | null {
  const { constructive } = evidence.measured
  const layers = layersOf(evidence, reference)
  const loss = meanOf(evidence, 'network', trainingLoss) ?? Number.NaN
  if (constructive?.impossible !== null || layers === undefined) return null
  if (constructive.loss === null || constructive.loss >= loss) return null
  // That seed's twin failed as well: what is made of it shows nothing.
  if ((constructive.shallowLoss ?? Number.POSITIVE_INFINITY) >= 0.9 * evidence.chance.loss) return null
  return { layers: evidence.depths.network - layers, loss: constructive.loss }
}

/** No worse, and not by how much: that would need a difference beyond the spread. */
function errorOf(
  evidence: Evidence,
  reference: ControlOf<'twin'>,
): { readonly error: number; readonly difference: 'unknown' | 'within the spread' | 'none' } {
  const error = meanOf(evidence, reference, trainingError) ?? Number.NaN
  const found = difference(evidence, reference, 'network', trainingError)
  if (found?.verdict === 'too few seeds') return { error, difference: 'unknown' }
  const isWithin = found !== null && found.mean >= leastEffect * found.first
  return { error, difference: isWithin ? 'within the spread' : 'none' }
}

function meanLoss(evidence: Evidence): MeanLoss {
  const runs = recordsOf(evidence, 'network')
  const losses = runs.flatMap(({ train }) => train.loss ?? [])
  return { mean: meanOfAll(losses), diverged: runs.length - losses.length, seeds: runs.length }
}

function testErrorOf(evidence: Evidence): number {
  return meanOfAll(recordsOf(evidence, 'network').flatMap(({ test }) => test.error ?? [])) ?? Number.NaN
}

const meanOfAll = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
