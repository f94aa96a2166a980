/** A whole training: the signal before it, the run itself, the scores after it, and its record. */
import type { Backend, InputRows } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { initialise } from '../blueprint/initialise.ts'
import type { Dataset, Samples } from '../data/dataset.ts'
import { createStandardiser, type Standardiser } from '../data/standardise.ts'
import type { LossName } from '../graph/programs.ts'
import { type Divergence, locateDivergence } from './divergence.ts'
import { createEvaluator, type Scores, type Weights } from './evaluate.ts'
import { checkFits } from './fit.ts'
import type { TrainingSettings } from './options.ts'
import { judgeSignal, measureSignal, type Signal } from './signal.ts'
import { checkOutputs } from './targets.ts'
import { type LossRecord, runTraining, type TrainingState } from './train.ts'
import { checkWeights, hashTensors, toTensors } from './weights.ts'

export interface TrainingRecord {
  readonly losses: readonly LossRecord[]
  /** After the last step, on all samples, in evaluation mode. */
  readonly train: Scores
  readonly test: Scores
  readonly diverged: Divergence | null
  /** True when the run was stopped before its last step. */
  readonly interrupted: boolean
  /** Steps that were done. */
  readonly steps: number
  /** How large the values were from layer to layer before training. */
  readonly signal: Signal
  /** The final parameters and running statistics, in the network's order. */
  readonly weights: ReadonlyMap<string, Float64Array>
  /** SHA-256 of the weights as float32, in file order. */
  readonly weightsSha256: string
  /** Of all of it. */
  readonly seconds: number
  /** Of the steps alone, their compilation included. */
  readonly trainingSeconds: number
  readonly memoryBytes: number
}

/** Keeps what must not be lost while the run goes on. */
export interface Recorder {
  /** Before the first step. */
  begin(state: TrainingState): Promise<void>
  /** After the last. */
  checkpoint(state: TrainingState): Promise<void>
  losses(records: readonly LossRecord[]): void
}

export interface SessionObserver {
  /**
   * Called with 0 before anything is computed, then now and then with the number of steps done and what was logged since
   * the last call. What it throws ends the session.
   */
  readonly onProgress?: (done: number, losses: readonly LossRecord[]) => void
  /** Called now and then after the last step, with the samples that were scored, of how many. */
  readonly onEvaluation?: (done: number, samples: number) => void
}

export interface Session extends SessionObserver {
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  readonly backend: Backend
  /** Drawn from the seed when absent. */
  readonly weights?: Weights
  readonly abort?: AbortSignal
  readonly recorder?: Recorder
}

/** Throws before anything is kept where the network, the weights and the data don't fit each other or the memory. */
export async function trainSession(session: Session): Promise<TrainingRecord> {
  const { blueprint, data, settings, backend, recorder, abort, onProgress } = session
  const started = performance.now()
  checkOutputs(blueprint, data)
  checkFits(blueprint, settings, backend)
  if (session.weights) checkWeights(blueprint, session.weights)
  onProgress?.(0, [])
  const initial = session.weights ?? initialise(blueprint, settings.seed)
  const weights = new Map(blueprint.parameters.map(({ name }) => [name, Float64Array.from(initial.get(name) ?? [])]))
  const standardiser = createStandardiser(data.train, data.shape, settings.standardise)
  await recorder?.begin({ step: 0, weights, optimizer: new Map(), position: { epoch: 0, offset: 0 } })
  const signal = judgeSignal(await measureSignal(blueprint, backend, weights, data.train, standardiser))

  const trainingStarted = performance.now()
  const { losses, interrupted, state, memoryBytes, ...outcome } = await runTraining({
    blueprint,
    data,
    settings,
    standardiser,
    backend,
    weights,
    abort,
    onProgress: (done, fresh) => {
      recorder?.losses(fresh)
      onProgress?.(done, fresh)
    },
  })
  const trainingSeconds = (performance.now() - trainingStarted) / 1000
  await recorder?.checkpoint(state)

  const { train, test } = await evaluateSets(session, standardiser, state.weights)
  const isBroken = outcome.diverged === null && train.loss === null
  const diverged = isBroken ? await locateAtEnd(session, standardiser, state) : outcome.diverged
  const weightsSha256 = await hashTensors(toTensors(blueprint, state.weights))
  return {
    losses,
    train,
    test,
    diverged,
    interrupted,
    steps: state.step,
    signal,
    weights: state.weights,
    weightsSha256,
    seconds: (performance.now() - started) / 1000,
    trainingSeconds,
    memoryBytes,
  }
}

/** The last update broke what no later step was there to find out. */
async function locateAtEnd(
  { blueprint, backend, data, settings }: Session,
  standardiser: Standardiser,
  { weights, step }: TrainingState,
): Promise<Divergence> {
  const fill = (indices: Uint32Array, rows: InputRows): void => standardiser.fill(data.train, indices, rows)
  const samples = { count: data.train.count, fill }
  return locateDivergence({ blueprint, backend, weights, samples, batch: settings.batch, step })
}

/** Scores on the whole training and test sets. */
export async function evaluateSets(
  session: Pick<Session, 'blueprint' | 'data' | 'backend' | 'onEvaluation'> & { settings: { loss: LossName } },
  standardiser: Standardiser,
  weights: Weights,
): Promise<{ train: Scores; test: Scores }> {
  const { blueprint, data, backend, settings, onEvaluation } = session
  const samples = data.train.count + data.test.count
  const evaluator = await createEvaluator(blueprint, backend, Math.max(data.train.count, data.test.count))
  try {
    evaluator.load(weights)
    const scoreSet = (set: Samples, before: number): Promise<Scores> =>
      evaluator.evaluate(set, standardiser, settings.loss, (done) => onEvaluation?.(before + done, samples))
    const train = await scoreSet(data.train, 0)
    const test = await scoreSet(data.test, data.train.count)
    return { train, test }
  } finally {
    evaluator.dispose()
  }
}
