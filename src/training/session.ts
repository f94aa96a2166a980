/** A whole training: the signal before it, the run itself, the scores after it, and its record. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { initialise } from '../blueprint/initialise.ts'
import type { Dataset } from '../data/dataset.ts'
import { createStandardiser } from '../data/standardise.ts'
import type { Divergence } from './divergence.ts'
import { createEvaluator, type Scores, type Weights } from './evaluate.ts'
import { checkFits } from './fit.ts'
import type { TrainingSettings } from './options.ts'
import { judgeSignal, measureSignal, type Signal } from './signal.ts'
import { checkOutputs, type LossRecord, runTraining, type TrainingState } from './train.ts'
import { hashTensors, toTensors } from './weights.ts'

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
  readonly seconds: number
  readonly memoryBytes: number
}

/** Keeps what must not be lost while the run goes on. */
export interface Recorder {
  /** Before the first step, and after the last. */
  checkpoint(state: TrainingState): Promise<void>
  losses(records: readonly LossRecord[]): void
}

export interface Session {
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  readonly backend: Backend
  readonly weights?: Weights
  readonly abort?: AbortSignal
  readonly recorder?: Recorder
  readonly onProgress?: (done: number, losses: readonly LossRecord[]) => void
}

export async function trainSession(session: Session): Promise<TrainingRecord> {
  const { blueprint, data, settings, backend, recorder, onProgress } = session
  const started = performance.now()
  checkOutputs(blueprint, data)
  checkFits(blueprint, settings, backend)
  const initial = session.weights ?? initialise(blueprint, settings.seed)
  const weights = new Map(blueprint.parameters.map(({ name }) => [name, Float64Array.from(initial.get(name) ?? [])]))
  await recorder?.checkpoint({ step: 0, weights, velocities: new Map(), position: { epoch: 0, offset: 0 } })
  const standardiser = createStandardiser(data.train, data.shape, settings.standardise)
  const signal = judgeSignal(await measureSignal(blueprint, backend, weights, data.train, standardiser))

  const { losses, diverged, interrupted, state, memoryBytes } = await runTraining({
    blueprint,
    data,
    settings,
    backend,
    weights,
    abort: session.abort,
    onProgress: (done, fresh) => {
      recorder?.losses(fresh)
      onProgress?.(done, fresh)
    },
  })
  await recorder?.checkpoint(state)

  const { train, test } = await evaluateSets(session, state.weights)
  const weightsSha256 = await hashTensors(toTensors(blueprint, state.weights))
  const seconds = (performance.now() - started) / 1000
  const { step: steps, weights: trained } = state
  return {
    losses,
    train,
    test,
    diverged,
    interrupted,
    steps,
    signal,
    weights: trained,
    weightsSha256,
    seconds,
    memoryBytes,
  }
}

/** Scores on the whole training and test sets. */
export async function evaluateSets(
  { blueprint, data, settings, backend }: Pick<Session, 'blueprint' | 'data' | 'settings' | 'backend'>,
  weights: Weights,
): Promise<{ train: Scores; test: Scores }> {
  const standardiser = createStandardiser(data.train, data.shape, settings.standardise)
  const evaluator = await createEvaluator(blueprint, backend, Math.max(data.train.count, data.test.count))
  try {
    evaluator.load(weights)
    const train = await evaluator.evaluate(data.train, standardiser, settings.loss)
    const test = await evaluator.evaluate(data.test, standardiser, settings.loss)
    return { train, test }
  } finally {
    evaluator.dispose()
  }
}
