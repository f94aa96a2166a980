/**
 * Measurements between two steps of a training: probe snapshots of the layers, evaluations of the network, and checks
 * of whether a warm-up with an error limit is over. A measurement with number n takes place before step n, and after
 * the checkpoint of step n. A run that resumes from the checkpoint of step n repeats the measurement with the same
 * result.
 */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { type Dataset, type Samples, selectSamples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { assertInvariant } from '../support/errors.ts'
import { createRandom } from '../support/random.ts'
import { createEvaluator, type Evaluator, type Scores, type Weights } from './evaluator.ts'
import { withoutClassCounts } from './scores.ts'

/**
 * Scores of the network after `step` updates, in evaluation mode. The scores have no confusion matrix and no counts of
 * classes, which the scores of the whole run have.
 */
export interface Evaluation {
  /** Number of updates before the evaluation. */
  readonly step: number
  /**
   * Scores on a fixed part of the training set: at most 5,000 samples, chosen by the seed. After the last step, the
   * whole training set is scored.
   */
  readonly train: Scores
  /** Number of training samples on which the scores in `train` were computed. */
  readonly trainSamples: number
  /** Scores on the whole test set. */
  readonly test: Scores
  /** Scores on the whole validation set, if the data set has one. */
  readonly validation?: Scores
}

/** A check of the training error during a warm-up that ends at an error limit (`warmupUntilError`). */
export interface WarmupCheck {
  /** Number of updates before the check. */
  readonly step: number
  /** Error on a fixed part of the training set, defined like `Scores.error`, or null if the outputs aren't finite. */
  readonly trainingError: number | null
  /**
   * True if the training error is below the error limit, which ends the warm-up. After the warm-up, all steps use the
   * full learning rate.
   */
  readonly warmedUp: boolean
}

/**
 * An evaluation or a check of the warm-up, between two steps of a training. Only an evaluation has the field `test`.
 */
export type Measurement = Evaluation | WarmupCheck

/** Readings of the probes in each layer after `step` updates. */
export interface ProbeSnapshot {
  /** Number of updates before the snapshot. */
  readonly step: number
  /**
   * One array for each probe, by the name of the probe. The array of a probe has one number for each layer that
   * `probedLayers` names, from the first layer to the last. A number is null if the probe doesn't apply to the layer or
   * if the measured value isn't finite.
   */
  readonly probes: { readonly [name: string]: readonly (number | null)[] }
}

/** Any measurement between two training steps: an evaluation, a check of the warm-up, or a probe snapshot. */
export type StepMeasurement = Measurement | ProbeSnapshot

export const isEvaluation = (measured: StepMeasurement): measured is Evaluation => 'test' in measured
export const isProbeSnapshot = (measured: StepMeasurement): measured is ProbeSnapshot => 'probes' in measured
export const isWarmupCheck = (measured: StepMeasurement): measured is WarmupCheck => 'warmedUp' in measured

/**
 * Measures each layer of the network. The caller of a training provides the measurer of layers, so that the modules of
 * the training don't import the probes.
 */
export interface LayerMeasurer {
  /**
   * Returns one array for each probe, with one number per layer from the first layer to the last. NaN means that the
   * probe doesn't apply to the layer.
   */
  measure(weights: Weights): Promise<{ readonly [name: string]: readonly number[] }>
  dispose(): void
}

/** Takes a snapshot of the layers with the weights after `step` updates. */
export async function takeSnapshot(layers: LayerMeasurer, step: number, weights: Weights): Promise<ProbeSnapshot> {
  const found = Object.entries(await layers.measure(weights))
  // NaN and -0 are replaced, because JSON can't store either of them.
  const probes = found.map(([name, values]) => [
    name,
    values.map((value) => (Number.isFinite(value) ? value + 0 : null)),
  ])
  return { step, probes: Object.fromEntries(probes) }
}

/**
 * The lowest test error among the evaluations of a run. The lowest error was chosen on the test set, so don't report it
 * as the result of the run.
 */
export interface BestTest {
  /** The lowest test error, defined like `Scores.error`. */
  readonly error: number
  /** Number of updates before the first evaluation with the lowest test error. */
  readonly step: number
}

/** Finds the evaluation with the lowest test error. Returns undefined if no evaluation has a test error. */
export function bestOf(evaluations: readonly Evaluation[]): BestTest | undefined {
  return evaluations
    .flatMap(({ step, test: { error } }) => (error === null ? [] : [{ error, step }]))
    .reduce<BestTest | undefined>((best, one) => (best && best.error <= one.error ? best : one), undefined)
}

/** The settings that decide which measurements are due before a step. */
type Timing = Pick<TrainingSettings, 'evaluateEvery' | 'probes' | 'schedule' | 'steps'>

const isEvery = (step: number, every: number | undefined): boolean => every !== undefined && step % every === 0

/**
 * Decides which measurements are due before a step. Measurements before the same step take place in the order of the
 * returned fields. A run is never evaluated before its first step. After the last step, `session.ts` always evaluates
 * the run and takes the last snapshot.
 */
export function dueBefore(step: number, { evaluateEvery, probes, schedule, steps }: Timing, isWarm: boolean) {
  const isBetween = step > 0 && step < steps
  return {
    probes: step < steps && isEvery(step, probes?.every),
    evaluation: isBetween && isEvery(step, evaluateEvery),
    warmupCheck: isBetween && !isWarm && isEvery(step, schedule.untilError?.every),
  }
}

/**
 * Number of training samples in an evaluation. With 5,000 samples, the uncertainty of the error is less than a third of
 * a percent, and evaluating these samples costs less than evaluating a test set of 10,000 samples.
 */
const evaluatedSamples = 5000

/** Follows the evaluations of a training. */
export interface EvaluationJudge {
  /** Considers an evaluation. The weights are valid only during the call. */
  consider(evaluation: Evaluation, weights: Weights): void
  /** Whether the validation loss has not fallen in as many evaluations in a row as early stopping allows. */
  isExhausted(): boolean
}

export interface MeasurerTask {
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  readonly standardizer: Standardizer
  readonly backend: Backend
  readonly abort?: AbortSignal
  /** Measures the layers if the settings ask for probes. The caller must dispose of the measurer of layers. */
  readonly layers?: LayerMeasurer
  /** Keeps the weights with the lowest validation loss, and decides whether the training stops early. */
  readonly best?: EvaluationJudge
  /** Called with each measurement, in chronological order. */
  readonly onMeasured: (measured: StepMeasurement) => void
}

/** The consequence of the measurements before a step. */
export type Measured = 'warm' | 'cold' | 'stopped' | 'exhausted'

/** Takes the measurements between the steps of a training loop. */
export interface Measurer {
  /** Whether any measurement is due before the step. `isWarm`: true if there is no warm-up or the warm-up is over. */
  isDue(step: number, isWarm: boolean): boolean
  /**
   * Takes the measurements of the network that are due before a step. Returns `warm` if the warm-up is over, `stopped`
   * if the caller stopped the run, or `exhausted` if early stopping ends the run.
   */
  measure(step: number, isWarm: boolean, readWeights: () => Promise<Weights>): Promise<Measured>
  /** The evaluator of the network, if the measurer needs one for scores. */
  readonly evaluator?: Evaluator
  dispose(): void
}

/**
 * Creates the measurer of a training loop. Returns undefined if the settings ask for no measurement. Throws a `memory`
 * error if the network can't be evaluated.
 */
export async function createMeasurer(task: MeasurerTask): Promise<Measurer | undefined> {
  const { settings, layers, best, abort, onMeasured } = task
  const { evaluateEvery, probes, schedule } = settings
  const scores = evaluateEvery !== undefined || schedule.untilError !== undefined
  if (!scores && probes === undefined) return undefined
  assertInvariant(probes === undefined || layers !== undefined, 'a training with probes has a measurer of layers')
  const scorer = scores ? await createSetEvaluator(task) : undefined
  return {
    evaluator: scorer?.evaluator,
    isDue: (step, isWarm) => Object.values(dueBefore(step, settings, isWarm)).includes(true),
    measure: async (step, isWarm, readWeights) => {
      const weights = await readWeights()
      const due = dueBefore(step, settings, isWarm)
      try {
        const snapshot = due.probes && layers ? await takeSnapshot(layers, step, weights) : undefined
        if (due.evaluation || due.warmupCheck) scorer?.evaluator.load(weights)
        const evaluation = due.evaluation ? await scorer?.evaluate(step) : undefined
        const warmupCheck = due.warmupCheck ? await scorer?.checkWarmup(step) : undefined
        // The measurements before a step are reported together, so that a run stopped between two measurements resumes
        // before the first of them.
        if (snapshot) onMeasured(snapshot)
        if (evaluation) onMeasured(evaluation)
        if (warmupCheck) onMeasured(warmupCheck)
        if (evaluation) best?.consider(evaluation, weights)
        if (evaluation && best?.isExhausted()) return 'exhausted'
        return isWarm || warmupCheck?.warmedUp ? 'warm' : 'cold'
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
  /** Evaluates the weights that were loaded into the evaluator. */
  evaluate(step: number): Promise<Evaluation>
  /** Checks the training error of the weights that were loaded into the evaluator. */
  checkWarmup(step: number): Promise<WarmupCheck>
}

async function createSetEvaluator({
  blueprint,
  data,
  settings,
  standardizer,
  backend,
  abort,
}: MeasurerTask): Promise<SetEvaluator> {
  const { schedule, seed } = settings
  const { error: below = 0, samples = 0 } = schedule.untilError ?? {}
  const { train, test, validation } = data
  const chosen = createRandom(seed, 'measured samples').permutation(train.count)
  const part = (size: number): Samples => (size >= train.count ? train : selectSamples(train, chosen.slice(0, size)))
  const evaluated = part(evaluatedSamples)
  const checked = part(samples)
  const evaluator = await createEvaluator(blueprint, backend, Math.max(train.count, test.count, validation?.count ?? 0))
  // A confusion matrix in each evaluation would make metrics.jsonl many times larger.
  const score = async (set: Samples): Promise<Scores> =>
    withoutClassCounts(await evaluator.evaluate(set, standardizer, settings, () => abort?.throwIfAborted()))
  const evaluate = async (step: number): Promise<Evaluation> => {
    const scores = { test: await score(test) }
    // If a table was not split, the whole table is the training set and also the test set.
    const isOne = test === train
    const trained = isOne ? scores.test : await score(evaluated)
    const held = validation ? { validation: await score(validation) } : {}
    return { step, train: trained, trainSamples: isOne ? train.count : evaluated.count, ...scores, ...held }
  }
  const checkWarmup = async (step: number): Promise<WarmupCheck> => {
    const { error } = await score(checked)
    return { step, trainingError: error, warmedUp: error !== null && error < below }
  }
  return { evaluator, evaluate, checkWarmup }
}
