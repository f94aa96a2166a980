/** A whole training: the signal before it, the loop, the scores after it, and its record. */
import type { Backend, InputRows, Values } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { initializeParameter } from '../blueprint/initialize.ts'
import { checkAugmentation } from '../data/augment.ts'
import type { Dataset } from '../data/dataset.ts'
import { createStandardizer, type Standardizer } from '../data/standardize.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { type Divergence, locateDivergence } from './divergence.ts'
import { evaluateSets } from './evaluate-sets.ts'
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
import { judgeSignal, type LayerSignal, measureSignal, type Signal } from './signal.ts'
import type { LossRecord, TrainingState } from './state.ts'
import { createStopwatch, type Stopwatch, type TimeSpent } from './stopwatch.ts'
import { checkOutputs } from './targets.ts'
import { checkWeights, hashWeights } from './weights.ts'

/** What the training set and the first weights say before the first step. */
export interface SessionStart {
  readonly standardizer: Standardizer
  readonly signal: Signal
}

/** Keeps what must not be lost while the run goes on. */
export interface Recorder {
  /** Before the first step. States are good until the call is done: their values are let go of then. */
  begin(state: TrainingState, time: TimeSpent, start: SessionStart): Promise<void>
  /** Now and then, and after the last. */
  checkpoint(state: TrainingState, time: TimeSpent): Promise<void>
  losses(records: readonly LossRecord[]): void
  measured(measured: StepMeasurement): void
}

/** What is known of a run that goes on. */
export interface ResumePoint extends TimeSpent {
  readonly state: TrainingState
  /** Of the steps before. */
  readonly losses: readonly LossRecord[]
  readonly measurements: readonly StepMeasurement[]
  readonly signal: Signal
}

/** Opens what looks at the layers, given the weights before these steps; values that it needs later it keeps. */
export type OpenLayers = (standardizer: Standardizer, weights: Weights) => Promise<LayerMeasurer>

export interface SessionObserver {
  /**
   * Called with 0 before anything is computed, then now and then with the number of steps done and what was logged since
   * the last call. What it throws ends the session.
   */
  readonly onProgress?: (done: number, losses: readonly LossRecord[]) => void
  /** Called now and then after the last step, with the samples that were scored, of how many. */
  readonly onEvaluation?: (done: number, samples: number) => void
  /** Called before the first step with how large the values are from layer to layer; not when a run goes on. */
  readonly onSignal?: (signal: Signal) => void
  /** Called with what was measured between two steps. */
  readonly onMeasured?: (measurement: Measurement) => void
  /** Called with what probes saw of the layers. */
  readonly onProbed?: (snapshot: ProbeSnapshot) => void
}

export interface Session extends SessionObserver {
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  readonly backend: Backend
  /** Drawn from the seed when absent. */
  readonly weights?: Weights
  /** Where the run goes on that was begun before; `weights` is of no use then. */
  readonly resume?: ResumePoint
  /** Steps between checkpoints; about every 30 seconds when absent. */
  readonly checkpointEvery?: number
  readonly observers?: readonly Observer[]
  /** Who looks at the layers, where the settings ask for probes. */
  readonly openLayers?: OpenLayers
  readonly abort?: AbortSignal
  readonly recorder?: Recorder
}

/** Throws before anything is kept where the network, the weights and the data don't fit each other or the memory. */
export async function runTrainingSession(session: Session): Promise<TrainingRecord> {
  const { blueprint, data, settings, backend, recorder, abort, resume, onProgress } = session
  const spent = createStopwatch(resume)
  checkOutputs(blueprint, data)
  checkAugmentation(settings.augment, data)
  const step = chooseStep(blueprint, settings, backend, (session.observers ?? []).length > 0)
  if (session.weights) checkWeights(blueprint, session.weights)
  onProgress?.(resume?.state.step ?? 0, [])
  const first = resume?.state ?? firstState(session)
  const standardizer = createStandardizer(data.train, data.shape, settings.standardize)
  const measure = (): Promise<LayerSignal[]> =>
    measureSignal(blueprint, backend, first.weights, data.train, standardizer)
  const signal = resume?.signal ?? judgeSignal(await measure())
  if (!resume) session.onSignal?.(signal)
  await recorder?.begin(first, spent.soFar(), { standardizer, signal })

  const measurements: StepMeasurement[] = [...(resume?.measurements ?? [])]
  const onMeasured = (measured: StepMeasurement): void => {
    measurements.push(measured)
    recorder?.measured(measured)
    if (isProbeSnapshot(measured)) session.onProbed?.(measured)
    else session.onMeasured?.(measured)
  }
  let layers: LayerMeasurer | undefined
  let measurer: Measurer | undefined
  try {
    if (settings.probes) layers = await session.openLayers?.(standardizer, first.weights)
    measurer = await createMeasurer({ blueprint, data, settings, standardizer, backend, layers, abort, onMeasured })
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
      // As large as the network each, and this function holds on to them to its end.
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
    const scores = await unlessStopped(abort, () =>
      evaluateSets(session, standardizer, state.weights, measurer?.evaluator),
    )
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
      diverged,
      interrupted: scores === undefined,
      steps: state.step,
      signal,
      statistics: standardizer.statistics,
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

/**
 * The look at the layers as they were left, which was made already where the run broke off before a step that it was due
 * before. None at a run that was stopped: it goes on.
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

/** Undefined where the caller stops it. */
async function unlessStopped<T>(abort: AbortSignal | undefined, work: () => Promise<T>): Promise<T | undefined> {
  try {
    abort?.throwIfAborted()
    return await work()
  } catch (error) {
    if (abort?.aborted && error === abort.reason) return undefined
    throw error
  }
}

/** Its time isn't that of the steps. */
function timed(measurer: Measurer, spent: Stopwatch): Measurer {
  return { ...measurer, measure: (...those) => spent.measuring(() => measurer.measure(...those)) }
}

/** The weights in the backend's precision, to which they are rounded in any case. */
function firstState({ blueprint, settings, backend, weights }: Session): TrainingState {
  const FloatArray = backend.precision === 'float32' ? Float32Array : Float64Array
  const own = blueprint.parameters.map((parameter): [string, Values] => {
    const { name } = parameter
    return [name, FloatArray.from(weights ? (weights.get(name) ?? []) : initializeParameter(parameter, settings.seed))]
  })
  return { step: 0, weights: new Map(own), optimizer: new Map(), position: { epoch: 0, offset: 0 } }
}

/** The last update broke what no later step was there to find out. */
async function locateAtEnd(
  { blueprint, backend, data, settings }: Session,
  standardizer: Standardizer,
  { weights, step }: TrainingState,
): Promise<Divergence> {
  const fill = (indices: Uint32Array, rows: InputRows): void => standardizer.fill(data.train, indices, rows)
  const samples = { count: data.train.count, fill }
  return locateDivergence({ blueprint, backend, weights, samples, batch: settings.batch, step })
}
