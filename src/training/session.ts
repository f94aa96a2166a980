/** Runs a whole training: measures the signal, runs the loop, scores the network and builds the record. */
import type { Backend, InputRows } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { checkAugmentation } from '../data/augment.ts'
import type { Dataset } from '../data/dataset.ts'
import { createStandardizer, type Standardizer, type Statistics } from '../data/standardize.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { unlessStopped } from '../support/unless-stopped.ts'
import { type Begun, beginTraining } from './begin-training.ts'
import { type BestScores, type BestWeights, checkEarlyStopping, createBestKeeper, keepsBest } from './best-weights.ts'
import { checkTask } from './check-task.ts'
import { balanceNotes } from './class-weights.ts'
import { type Divergence, locateDivergence } from './divergence.ts'
import { evaluateSets, type SetScores } from './evaluate-sets.ts'
import type { Weights } from './evaluator.ts'
import { chooseStep } from './fit.ts'
import { runTrainingLoop } from './loop.ts'
import {
  createMeasurer,
  isProbeSnapshot,
  type LayerMeasurer,
  type Measurement,
  type Measurer,
  type ProbeSnapshot,
  type StepMeasurement,
  takeSnapshot,
} from './measurements.ts'
import type { Observer } from './observers.ts'
import { lastEvaluation, summarizeMeasured, type TrainingRecord, unscored } from './record.ts'
import type { Recorder, ResumePoint } from './recorder.ts'
import type { Signal } from './signal.ts'
import type { StartAdjuster } from './start-change.ts'
import type { LossRecord, TrainingState } from './state.ts'
import { createStopwatch, type Stopwatch } from './stopwatch.ts'
import { checkWeights, hashWeights } from './weights.ts'

/**
 * Creates a measurer of layers from the weights before the first step. The function copies the weights that the
 * measurer needs later.
 */
export type OpenLayers = (standardizer: Standardizer, weights: Weights) => Promise<LayerMeasurer>

/** Callbacks of a training session. */
export interface SessionObserver {
  /**
   * Called before the first computation with the number of steps done, which is 0 for a new run. During the training,
   * the callback is called repeatedly with the number of steps done and the losses logged since the last call. An error
   * that the callback throws ends the session.
   */
  readonly onProgress?: (done: number, losses: readonly LossRecord[]) => void
  /**
   * Called repeatedly while the final scores are computed, with the number of samples scored so far and the total
   * number of samples in all sets.
   */
  readonly onEvaluation?: (done: number, samples: number) => void
  /**
   * Called repeatedly while the initial weights are changed, with the number of layers done and the number of layers.
   * The first call, with 0 layers done, is before the first computation.
   */
  readonly onAdjust?: (done: number, layers: number) => void
  /**
   * Called with the mean squares of all layers' outputs, before the first training step. `onSignal` is not called when
   * a run resumes.
   */
  readonly onSignal?: (signal: Signal) => void
  /** Called with each evaluation and each check of the warm-up between two steps. */
  readonly onMeasured?: (measurement: Measurement) => void
  /** Called with each probe snapshot of the layers. */
  readonly onProbed?: (snapshot: ProbeSnapshot) => void
}

/** A training to run, with its recorder and its callbacks. */
export interface Session extends SessionObserver {
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  readonly backend: Backend
  /** Initial weights. By default, the weights are drawn from the seed. */
  readonly weights?: Weights
  /**
   * Draws the initial weights and changes them on the training set, if the settings ask for a change. The changed
   * weights replace `weights`, and also replace the weights of `resume`. A run that resumes has an adjuster only if the
   * run was stopped before its weights were changed.
   */
  readonly adjuster?: StartAdjuster
  /** The point from which a run resumes. If `resume` is given, `weights` is ignored. */
  readonly resume?: ResumePoint
  /** Number of steps between checkpoints. By default, a checkpoint is due about every 30 seconds. */
  readonly checkpointEvery?: number
  readonly observers?: readonly Observer[]
  /** Creates the measurer of layers, if the settings ask for probes. */
  readonly openLayers?: OpenLayers
  readonly abort?: AbortSignal
  /** Whether the record has predictions of some samples. */
  readonly drawsPredictions?: boolean
  readonly recorder?: Recorder
}

/**
 * Runs a training and returns its record. If the network, the weights and the data don't fit each other or the memory,
 * the function throws a `network`, `weights`, `data` or `memory` error before it records anything.
 */
export async function runTrainingSession(session: Session): Promise<TrainingRecord> {
  const { blueprint, data, settings, backend, recorder, abort, resume, onProgress } = session
  const spent = createStopwatch(resume)
  checkTask(blueprint, data, settings)
  checkAugmentation(settings.augment, data)
  checkEarlyStopping(settings, data)
  const step = chooseStep(blueprint, settings, backend, (session.observers ?? []).length > 0)
  if (session.weights) checkWeights(blueprint, session.weights)
  // The display learns first that the initial weights are changed, because the steps begin later.
  if (session.adjuster) session.onAdjust?.(0, session.adjuster.layers)
  onProgress?.(resume?.state.step ?? 0, [])
  const standardizer = createStandardizer(data.train, data.shape, settings)
  const begun = await beginTraining({ ...session, standardizer, spent })
  const { state: first, signal, startChange } = begun
  if (begun.isStopped) return stoppedAtStart(session, begun, standardizer.statistics, spent)

  const measurements: StepMeasurement[] = [...(resume?.measurements ?? [])]
  const onMeasured = (measured: StepMeasurement): void => {
    measurements.push(measured)
    recorder?.measured(measured)
    if (isProbeSnapshot(measured)) session.onProbed?.(measured)
    else session.onMeasured?.(measured)
  }
  const best = keepsBest(settings, data)
    ? createBestKeeper({ settings, earlier: measurements, stored: resume?.best, onBest: recorder?.best })
    : undefined
  let layers: LayerMeasurer | undefined
  let measurer: Measurer | undefined
  try {
    if (settings.probes) layers = await session.openLayers?.(standardizer, first.weights)
    const measured = { blueprint, data, settings, standardizer, backend, layers, best, abort, onMeasured }
    measurer = await createMeasurer(measured)
    spent.startTraining()
    const { losses, state, memoryBytes, recompute, ...outcome } = await runTrainingLoop({
      blueprint,
      data,
      settings,
      standardizer,
      backend,
      weights: first.weights,
      start: first,
      step,
      // The maps of weights and of optimizer states are each as large as the network. Clearing these maps frees their
      // memory, although the variable `first` stays in scope.
      onLoaded: () => {
        first.weights.clear()
        first.optimizer.clear()
      },
      checkpointEvery: session.checkpointEvery,
      onCheckpoint: recorder && ((reached) => recorder.checkpoint(reached, spent.soFar())),
      observers: session.observers,
      measurer: measurer && timed(measurer, spent),
      abort,
      onProgress: (done, fresh) => {
        recorder?.losses(fresh)
        onProgress?.(done, fresh)
      },
    })
    const lastSnapshot = layers && (await finalSnapshot(layers, state, measurements, spent, abort))
    spent.stopTraining()
    await recorder?.checkpoint(state, spent.soFar())
    state.optimizer.clear()
    if (lastSnapshot && !measurements.includes(lastSnapshot)) onMeasured(lastSnapshot)

    const scoringFrom = performance.now()
    const score = (weights: Weights): Promise<SetScores | undefined> =>
      unlessStopped(abort, () => evaluateSets(session, standardizer, weights, measurer?.evaluator))
    const scores = await score(state.weights)
    if (scores) best?.consider(lastEvaluation(state.step, scores, data.train.count), state.weights)
    const bestWeights = best?.best()
    const bestScores = scores && bestWeights && (await scoreBest(bestWeights, state.step, scores, score))
    const scoringSeconds = (performance.now() - scoringFrom) / 1000
    const isBroken = outcome.diverged === null && scores?.train.loss === null
    const diverged = isBroken ? await locateAtEnd(session, standardizer, state) : outcome.diverged
    const last = scores && lastEvaluation(state.step, scores, data.train.count)
    if (last && settings.evaluateEvery !== undefined && state.step === settings.steps) recorder?.measured(last)
    const weightsSha256 = await hashWeights(blueprint, state.weights)
    return {
      losses: [...(resume?.losses ?? []), ...losses],
      ...(scores ?? { train: unscored, test: unscored }),
      ...summarizeMeasured(measurements, settings, state.step, last, lastSnapshot),
      ...(bestScores ? { best: bestScores, bestWeights: bestWeights?.weights } : {}),
      diverged,
      ...(outcome.stoppedEarly ? { stoppedEarly: true as const } : {}),
      interrupted: scores === undefined || (bestWeights !== undefined && bestScores === undefined),
      steps: state.step,
      signal,
      ...(startChange === undefined ? {} : { startChange }),
      statistics: standardizer.statistics,
      notes: balanceNotes(data, settings),
      weights: state.weights,
      weightsSha256,
      ...spent.soFar(),
      scoringSeconds,
      memoryBytes,
      recompute,
    }
  } finally {
    measurer?.dispose()
    layers?.dispose()
  }
}

/** Returns the record of a training that was stopped before its initial weights were changed. */
async function stoppedAtStart(
  session: Session,
  { state, signal }: Begun,
  statistics: Statistics,
  spent: Stopwatch,
): Promise<TrainingRecord> {
  return {
    losses: [],
    train: unscored,
    test: unscored,
    diverged: null,
    interrupted: true,
    steps: 0,
    signal,
    statistics,
    notes: balanceNotes(session.data, session.settings),
    weights: state.weights,
    weightsSha256: await hashWeights(session.blueprint, state.weights),
    ...spent.soFar(),
    scoringSeconds: 0,
    memoryBytes: 0,
    recompute: false,
  }
}

/** Scores the weights with the lowest validation loss. Returns undefined if the caller stopped the scoring. */
async function scoreBest(
  { step, weights }: BestWeights,
  reached: number,
  final: SetScores,
  score: (weights: Weights) => Promise<SetScores | undefined>,
): Promise<BestScores | undefined> {
  const scores = step === reached ? final : await score(weights)
  return scores?.validation && { step, train: scores.train, test: scores.test, validation: scores.validation }
}

/**
 * Takes the snapshot of the layers after the last update. A run that diverged may have taken its last snapshot already,
 * before the step that failed. A run that was stopped takes no final snapshot, because the run may resume.
 */
async function finalSnapshot(
  layers: LayerMeasurer,
  { step, weights }: TrainingState,
  measurements: readonly StepMeasurement[],
  spent: Stopwatch,
  abort: AbortSignal | undefined,
): Promise<ProbeSnapshot | undefined> {
  if (abort?.aborted) return undefined
  const made = measurements.filter(isProbeSnapshot).find((snapshot) => snapshot.step === step)
  return made ?? (await spent.measuring(() => takeSnapshot(layers, step, weights)))
}

/** Wraps a measurer so that the time of its measurements is not counted as training time. */
function timed(measurer: Measurer, spent: Stopwatch): Measurer {
  return { ...measurer, measure: (...inputs) => spent.measuring(() => measurer.measure(...inputs)) }
}

/**
 * Locates a divergence that the final update caused. After the final update, no later step runs that could detect the
 * divergence.
 */
async function locateAtEnd(
  { blueprint, backend, data, settings }: Session,
  standardizer: Standardizer,
  { weights, step }: TrainingState,
): Promise<Divergence> {
  const fill = (indices: Uint32Array, rows: InputRows): void => standardizer.fill(data.train, indices, rows)
  const samples = { count: data.train.count, fill }
  return locateDivergence({ blueprint, backend, weights, samples, batch: settings.batch, step })
}
