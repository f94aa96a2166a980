/**
 * What is measured between two steps of a training: each layer, how the network does every so many steps, and whether a
 * warm-up is over whose end is an error. Each is measured before the step whose number it has, which a checkpoint of that step comes
 * before too: a run that goes on from there measures again what was measured there, with the same result.
 */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { type Dataset, type Samples, selectSamples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { assertInvariant } from '../support/errors.ts'
import { createRandom } from '../support/random.ts'
import { createEvaluator, type Evaluator, type Scores, type Weights } from './evaluator.ts'

/** How the network does after so many steps, in evaluation mode. */
export interface Evaluation {
  readonly step: number
  /** On a fixed part of the training set; after the last step on all of it. */
  readonly train: Scores
  readonly trainSamples: number
  readonly test: Scores
  readonly validation?: Scores
}

/** A look at the error that ends the warm-up. */
export interface WarmupCheck {
  readonly step: number
  readonly trainingError: number | null
  /** The step has the full rate, and so have all that follow. */
  readonly warmedUp: boolean
}

export type Measurement = Evaluation | WarmupCheck

/** What was seen of each layer after so many steps. */
export interface ProbeSnapshot {
  readonly step: number
  /** By the probe's name, from the first layer to the last; null where a layer has no such number, or none that is finite. */
  readonly probes: { readonly [name: string]: readonly (number | null)[] }
}

/** All that is measured between two steps. */
export type StepMeasurement = Measurement | ProbeSnapshot

export const isEvaluation = (measured: StepMeasurement): measured is Evaluation => 'test' in measured
export const isProbeSnapshot = (measured: StepMeasurement): measured is ProbeSnapshot => 'probes' in measured
export const isWarmupCheck = (measured: StepMeasurement): measured is WarmupCheck => 'warmedUp' in measured

/** Measures each layer of the network: training doesn't know how. */
export interface LayerMeasurer {
  /** By name, from the first layer to the last; NaN where a layer has no such number. */
  measure(weights: Weights): Promise<{ readonly [name: string]: readonly number[] }>
  dispose(): void
}

/** The layers with these weights, which are those after so many steps. */
export async function takeSnapshot(layers: LayerMeasurer, step: number, weights: Weights): Promise<ProbeSnapshot> {
  const found = Object.entries(await layers.measure(weights))
  // As it can be written and read again: without NaN and -0.
  const probes = found.map(([name, values]) => [
    name,
    values.map((value) => (Number.isFinite(value) ? value + 0 : null)),
  ])
  return { step, probes: Object.fromEntries(probes) }
}

/** The lowest test error of a run, which isn't its result: it was chosen on the test set. */
export interface BestTest {
  readonly error: number
  /** After so many steps, the first time where there are several. */
  readonly step: number
}

/** Undefined where no evaluation has a test error. */
export function bestOf(evaluations: readonly Evaluation[]): BestTest | undefined {
  return evaluations
    .flatMap(({ step, test: { error } }) => (error === null ? [] : [{ error, step }]))
    .reduce<BestTest | undefined>((best, one) => (best && best.error <= one.error ? best : one), undefined)
}

/** What is due before a step. */
type Timing = Pick<TrainingSettings, 'evaluateEvery' | 'probes' | 'schedule' | 'steps'>

const isEvery = (step: number, every: number | undefined): boolean => every !== undefined && step % every === 0

/**
 * In this order. A run isn't scored before its first step, and after its last it is in any case, as are its layers looked
 * at: `session.ts` does that.
 */
export function dueBefore(step: number, { evaluateEvery, probes, schedule, steps }: Timing, isWarm: boolean) {
  const isBetween = step > 0 && step < steps
  return {
    probes: step < steps && isEvery(step, probes?.every),
    evaluation: isBetween && isEvery(step, evaluateEvery),
    snapshot: isBetween && !isWarm && isEvery(step, schedule.untilError?.every),
  }
}

/** Training samples whose error is known to less than a third of a percent; they cost less than a test set of 10,000. */
const evaluatedSamples = 5000

export interface MeasurerTask {
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  readonly standardizer: Standardizer
  readonly backend: Backend
  readonly abort?: AbortSignal
  /** Looks at the layers, where the settings say how often. Who handed it in lets it go. */
  readonly layers?: LayerMeasurer
  /** Told of each measurement, in the order of time. */
  readonly onMeasured: (measured: StepMeasurement) => void
}

/** What the training asks of who measures. */
export interface Measurer {
  /** Whether anything is due before the step. `isWarm`: there is no warm-up, or it is over. */
  isDue(step: number, isWarm: boolean): boolean
  /** Measures the network before the step: whether it is warm now, or `stopped` where the caller stopped the run meanwhile. */
  measure(step: number, isWarm: boolean, readWeights: () => Promise<Weights>): Promise<'warm' | 'cold' | 'stopped'>
  /** Where it has one. */
  readonly evaluator?: Evaluator
  dispose(): void
}

/** Undefined where nothing is to be measured. Throws a `memory` error where the network can't be evaluated. */
export async function createMeasurer(task: MeasurerTask): Promise<Measurer | undefined> {
  const { settings, layers, abort, onMeasured } = task
  const { evaluateEvery, probes, schedule } = settings
  const scores = evaluateEvery !== undefined || schedule.untilError !== undefined
  if (!scores && probes === undefined) return undefined
  assertInvariant(probes === undefined || layers !== undefined, 'probes without anyone who looks')
  const scorer = scores ? await createSetEvaluator(task) : undefined
  return {
    evaluator: scorer?.evaluator,
    isDue: (step, isWarm) => Object.values(dueBefore(step, settings, isWarm)).includes(true),
    measure: async (step, isWarm, readWeights) => {
      const weights = await readWeights()
      const due = dueBefore(step, settings, isWarm)
      try {
        const seen = due.probes && layers ? await takeSnapshot(layers, step, weights) : undefined
        if (due.evaluation || due.snapshot) scorer?.evaluator.load(weights)
        const evaluation = due.evaluation ? await scorer?.evaluate(step) : undefined
        const snapshot = due.snapshot ? await scorer?.snapshot(step) : undefined
        // Told together: a run that is stopped between two of them goes on from before all.
        if (seen) onMeasured(seen)
        if (evaluation) onMeasured(evaluation)
        if (snapshot) onMeasured(snapshot)
        return isWarm || snapshot?.warmedUp ? 'warm' : 'cold'
      } catch (error) {
        if (abort?.aborted && error === abort.reason) return 'stopped'
        throw error
      }
    },
    dispose: () => scorer?.evaluator.dispose(),
  }
}

interface SetEvaluator {
  readonly evaluator: Evaluator
  /** Of the weights that the evaluator has. */
  evaluate(step: number): Promise<Evaluation>
  snapshot(step: number): Promise<WarmupCheck>
}

async function createSetEvaluator({
  blueprint,
  data,
  settings,
  standardizer,
  backend,
  abort,
}: MeasurerTask): Promise<SetEvaluator> {
  const { schedule, loss, seed } = settings
  const { error: below = 0, samples = 0 } = schedule.untilError ?? {}
  const { train, test, validation } = data
  const chosen = createRandom(seed, 'measured samples').permutation(train.count)
  const part = (size: number): Samples => (size >= train.count ? train : selectSamples(train, chosen.slice(0, size)))
  const evaluated = part(evaluatedSamples)
  const looked = part(samples)
  const evaluator = await createEvaluator(blueprint, backend, Math.max(train.count, test.count, validation?.count ?? 0))
  const score = (set: Samples): Promise<Scores> =>
    evaluator.evaluate(set, standardizer, loss, () => abort?.throwIfAborted())
  const evaluate = async (step: number): Promise<Evaluation> => {
    const scores = { test: await score(test) }
    // A table that isn't split is both.
    const isOne = test === train
    const trained = isOne ? scores.test : await score(evaluated)
    const held = validation ? { validation: await score(validation) } : {}
    return { step, train: trained, trainSamples: isOne ? train.count : evaluated.count, ...scores, ...held }
  }
  const snapshot = async (step: number): Promise<WarmupCheck> => {
    const { error } = await score(looked)
    return { step, trainingError: error, warmedUp: error !== null && error < below }
  }
  return { evaluator, evaluate, snapshot }
}
