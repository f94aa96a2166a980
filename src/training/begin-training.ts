/**
 * The beginning of a training: the weights before the first step, the signal of these weights, and the first stored
 * state.
 */
import type { Backend, Values } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { initializeParameter } from '../blueprint/initialize.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { unlessStopped } from '../support/unless-stopped.ts'
import type { Weights } from './evaluator.ts'
import type { Recorder, ResumePoint } from './recorder.ts'
import { judgeSignal, measureSignal, type Signal } from './signal.ts'
import type { StartAdjuster, StartChange } from './start-change.ts'
import type { TrainingState } from './state.ts'
import type { Stopwatch } from './stopwatch.ts'

/** A training that begins or resumes. */
interface Beginning {
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  readonly backend: Backend
  readonly standardizer: Standardizer
  readonly spent: Stopwatch
  /** Initial weights. By default, the weights are drawn from the seed. */
  readonly weights?: Weights
  readonly adjuster?: StartAdjuster
  readonly resume?: ResumePoint
  readonly recorder?: Recorder
  readonly abort?: AbortSignal
  readonly onSignal?: (signal: Signal) => void
  readonly onAdjust?: (done: number, layers: number) => void
}

/** The state of a training before the first step of this session. */
export interface Begun {
  readonly state: TrainingState
  readonly signal: Signal
  readonly startChange?: StartChange
  /** Whether the caller stopped the change of the initial weights. The state has the weights as they were drawn. */
  readonly isStopped: boolean
}

/** Finds and stores the state before the first step. */
export async function beginTraining(task: Beginning): Promise<Begun> {
  const { standardizer, spent, resume, recorder } = task
  if (task.adjuster) return beginAdjusted(task, task.adjuster)
  const state = resume?.state ?? firstState(task)
  const signal = resume?.signal ?? (await signalOf(task, state))
  const startChange = resume?.startChange
  if (!resume) task.onSignal?.(signal)
  await recorder?.begin(state, spent.soFar(), { standardizer, signal, startChange })
  return { state, signal, startChange, isStopped: false }
}

/**
 * Begins a training whose initial weights are changed. The weights are stored as they were drawn before the change
 * begins. So a run that is stopped or killed during the change can be resumed, and begins the change again.
 */
async function beginAdjusted(task: Beginning, { layers, adjust }: StartAdjuster): Promise<Begun> {
  const { standardizer, spent, resume, recorder, abort, onAdjust } = task
  const drawn = async (): Promise<Omit<Begun, 'isStopped'>> => {
    const state = resume?.state ?? firstState(task)
    return { state, signal: resume?.signal ?? (await signalOf(task, state)) }
  }
  const before = recorder && (await drawn())
  if (before) await recorder?.begin(before.state, spent.soFar(), { standardizer, signal: before.signal })
  const onLayer = (done: number): void => onAdjust?.(done, layers)
  const adjusted = await unlessStopped(abort, () => adjust(standardizer, { abort, onLayer }))
  if (adjusted === undefined) return { ...(before ?? (await drawn())), isStopped: true }
  // The drawn weights are as large as the network, and they are no longer needed.
  before?.state.weights.clear()
  const { weights, change: startChange } = adjusted
  const state = firstState({ ...task, weights })
  const signal = await signalOf(task, state)
  task.onSignal?.(signal)
  await recorder?.adjusted(state, spent.soFar(), { standardizer, signal, startChange })
  return { state, signal, startChange, isStopped: false }
}

async function signalOf(
  { blueprint, backend, data, standardizer }: Beginning,
  { weights }: TrainingState,
): Promise<Signal> {
  return judgeSignal(await measureSignal(blueprint, backend, weights, data.train, standardizer))
}

/**
 * Returns the state of a training before its first step. The initial weights have the backend's precision, because the
 * backend would round more precise weights anyway.
 */
function firstState({ blueprint, settings, backend, weights }: Beginning): TrainingState {
  const FloatArray = backend.precision === 'float32' ? Float32Array : Float64Array
  const own = blueprint.parameters.map((parameter): [string, Values] => {
    const { name } = parameter
    return [name, FloatArray.from(weights ? (weights.get(name) ?? []) : initializeParameter(parameter, settings.seed))]
  })
  return { step: 0, weights: new Map(own), optimizer: new Map(), position: { epoch: 0, offset: 0 } }
}
