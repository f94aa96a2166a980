/** Runs a whole training: measures the signal, runs the loop, scores the network and builds the record. */
import type { Backend, InputRows, Values } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { initializeParameter } from '../blueprint/initialize.ts'
import { checkAugmentation } from '../data/augment.ts'
import type { Dataset } from '../data/dataset.ts'
import { createStandardizer, type Standardizer, type Statistics } from '../data/standardize.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { type BestScores, type BestWeights, checkEarlyStopping, createBestKeeper, keepsBest } from './best-weights.ts'
import { checkTask } from './check-task.ts'
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
import { limitingOutput, outputNote } from './output-note.ts'
import { lastEvaluation, summarizeMeasured, type TrainingRecord, unscored } from './record.ts'
import { judgeSignal, type LayerSignal, measureSignal, type Signal } from './signal.ts'
import type { AdjustedStart, AdjustStart, StartChange } from './start-change.ts'
import type { LossRecord, TrainingState } from './state.ts'
import { createStopwatch, type Stopwatch, type TimeSpent } from './stopwatch.ts'
import { targetRange } from './target-range.ts'
import { checkWeights, hashWeights } from './weights.ts'

/** Facts about the training set and the initial weights that are known before the first training step. */
export interface SessionStart {
  readonly standardizer: Standardizer
  readonly signal: Signal
  /** Changes to the drawn weights, absent if the training starts with its weights as they were drawn or given. */
  readonly startChange?: StartChange
}

/** Stores the parts of a run that must survive an interruption: checkpoints, losses and measurements. */
export interface Recorder {
  /**
   * Called before the first training step. The values of `state` are valid only until the returned promise is settled.
   */
  begin(state: TrainingState, time: TimeSpent, start: SessionStart): Promise<void>
  /** Called when a checkpoint is due, and after the last step. The values of `state` are valid only during the call. */
  checkpoint(state: TrainingState, time: TimeSpent): Promise<void>
  losses(records: readonly LossRecord[]): void
  measured(measured: StepMeasurement): void
  /** Called with new weights of the lowest validation loss. The weights are valid only during the call. */
  best(best: BestWeights): void
}

/** Facts about a run that resumes. */
export interface ResumePoint extends TimeSpent {
  readonly state: TrainingState
  /** Losses of the steps before the resume point. */
  readonly losses: readonly LossRecord[]
  readonly measurements: readonly StepMeasurement[]
  readonly signal: Signal
  /** The stored weights with the lowest validation loss. */
  readonly best?: BestWeights
  readonly startChange?: StartChange
}

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
   * Draws the initial weights and changes them on the training set, if the settings ask for a change. The function
   * replaces `weights`, and a run that resumes doesn't call the function.
   */
  readonly adjustStart?: AdjustStart
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
  onProgress?.(resume?.state.step ?? 0, [])
  const standardizer = createStandardizer(data.train, data.shape, settings)
  const adjusted = resume ? undefined : await session.adjustStart?.(standardizer)
  const startChange = resume?.startChange ?? adjusted?.change
  const first = resume?.state ?? firstState(session, adjusted)
  const measure = (): Promise<LayerSignal[]> =>
    measureSignal(blueprint, backend, first.weights, data.train, standardizer)
  const signal = resume?.signal ?? judgeSignal(await measure())
  if (!resume) session.onSignal?.(signal)
  await recorder?.begin(first, spent.soFar(), { standardizer, signal, startChange })

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
      notes: notesAbout(session, standardizer.statistics),
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

/** Returns the sentences for the user about the network's outputs and the loss. */
function notesAbout({ blueprint, data, settings: { loss } }: Session, statistics: Statistics): string[] {
  if (limitingOutput(blueprint.root) === undefined) return []
  const note = outputNote({ blueprint, loss, targets: targetRange(data, statistics) })
  return note === undefined ? [] : [note]
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

/** Calls `work` and returns its result, or returns undefined if the caller aborts before or during the work. */
async function unlessStopped<T>(abort: AbortSignal | undefined, work: () => Promise<T>): Promise<T | undefined> {
  try {
    abort?.throwIfAborted()
    return await work()
  } catch (error) {
    if (abort?.aborted && error === abort.reason) return undefined
    throw error
  }
}

/** Wraps a measurer so that the time of its measurements is not counted as training time. */
function timed(measurer: Measurer, spent: Stopwatch): Measurer {
  return { ...measurer, measure: (...inputs) => spent.measuring(() => measurer.measure(...inputs)) }
}

/**
 * Returns the state of a training before its first step. The initial weights have the backend's precision, because the
 * backend would round more precise weights anyway.
 */
function firstState({ blueprint, settings, backend, ...session }: Session, adjusted?: AdjustedStart): TrainingState {
  const weights = adjusted?.weights ?? session.weights
  const FloatArray = backend.precision === 'float32' ? Float32Array : Float64Array
  const own = blueprint.parameters.map((parameter): [string, Values] => {
    const { name } = parameter
    return [name, FloatArray.from(weights ? (weights.get(name) ?? []) : initializeParameter(parameter, settings.seed))]
  })
  return { step: 0, weights: new Map(own), optimizer: new Map(), position: { epoch: 0, offset: 0 } }
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
