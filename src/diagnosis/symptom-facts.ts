/** Facts on how the network trains: losses and errors of the network, of guessing, and of the comparison network. */
import type { ControlOf } from './controls.ts'
import {
  difference,
  type Evidence,
  failedSeeds,
  fails,
  leastEffect,
  meanOf,
  recordsOf,
  referenceOf,
  symptomOf,
  testError,
  trainingError,
  trainingLoss,
} from './evidence.ts'

/** The training loss of the network, as a mean over the seeds. */
export interface MeanLoss {
  /** Mean training loss, in which a diverged training counts as guessing, or null if all seeds diverged. */
  readonly mean: number | null
  /** Number of seeds that diverged. */
  readonly diverged: number
  /** Number of all trained seeds. */
  readonly seeds: number
}

/** The network with which the diagnosed network is compared. */
export interface ComparedTwin {
  /** Whether the user gave the comparison network. */
  readonly isGiven: boolean
  /** Number of layers of the comparison network, or undefined if the layers were not counted. */
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
      /** Whether the network's training loss is about as high as the loss of guessing. */
      readonly isGuessing: boolean
      readonly twin: ComparedTwin & { readonly loss: number }
      /**
       * Number of identity layers added to the trained twin, and the resulting training loss with the first seed, or
       * null if the loss is not better than the network's.
       */
      readonly identity: { readonly layers: number; readonly loss: number } | null
    }
  | {
      readonly symptom: 'fails with some seeds'
      readonly loss: MeanLoss
      /** Training error of each seed, or null for a seed that diverged. */
      readonly errors: readonly (number | null)[]
      readonly failed: number
      readonly guessing: number
    }
  | {
      readonly symptom: 'worse than a linear model'
      readonly loss: MeanLoss
      readonly trainingError: number
      readonly linearError: number
    }
  | {
      readonly symptom: 'none'
      /** Training error of the best linear model, or null if no linear model was fitted. */
      readonly linearError: number | null
      readonly loss: MeanLoss
      /** Training error of always predicting the largest class, if this class has most of the samples, or null. */
      readonly largestClassError: number | null
      /** Mean training error over the seeds. A training that diverged counts as guessing. */
      readonly trainingError: number
      /** Mean test error over the seeds. A training that diverged counts as guessing. */
      readonly testError: number
      readonly twin:
        | (ComparedTwin & {
            readonly error: number
            /**
             * Difference between the training errors of the network and its twin. The value `unknown` means that the
             * seeds are too few for a comparison.
             */
            readonly difference: 'unknown' | 'within the spread' | 'none'
          })
        | null
    }

/** Error of always predicting the largest class below which the classes differ so much in size that the error misleads. */
const mostMissed = 0.25

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
  if (symptom === 'fails with some seeds') {
    const errors = recordsOf(evidence, 'network').map(({ train }) => train.error)
    return { symptom, loss, errors, failed: failedSeeds(evidence).length, guessing: chance.error }
  }
  const trainingErrors = meanOf(evidence, 'network', trainingError) ?? Number.NaN
  const linearError = evidence.baselines?.linear.train.error ?? null
  if (symptom === 'worse than a linear model' && linearError !== null) {
    return { symptom, loss, trainingError: trainingErrors, linearError }
  }
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
    loss,
    largestClassError: chance.error < mostMissed ? chance.error : null,
    linearError,
    trainingError: trainingErrors,
    testError: meanOf(evidence, 'network', testError) ?? Number.NaN,
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
  // If the training of the twin with the first seed failed too, the twin's weights with identity layers prove nothing.
  if ((constructive.shallowLoss ?? Number.POSITIVE_INFINITY) >= 0.9 * evidence.chance.loss) return null
  return { layers: evidence.depths.network - layers, loss: constructive.loss }
}

/**
 * Compares the training errors of the network and a twin. The size of a difference within the spread of the seeds is
 * not reported.
 */
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
  const diverged = runs.filter(({ train }) => train.loss === null).length
  const losses = runs.map(({ train }) => train.loss ?? evidence.chance.loss)
  return { mean: diverged < runs.length ? meanOfAll(losses) : null, diverged, seeds: runs.length }
}

const meanOfAll = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
