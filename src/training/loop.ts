/**
 * The training loop. The training program has a ring buffer of slots, and each slot has the inputs of one training
 * step. While the program works on the steps in one half of the ring, the loop fills the other half.
 */
import type { Backend, InputRows, Program, Values } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Position } from '../data/order.ts'
import type { Standardizer } from '../data/standardize.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { createCheckpointClock } from './checkpoint-clock.ts'
import { type Divergence, locateDivergence } from './divergence.ts'
import type { Weights } from './evaluator.ts'
import { chooseStep, type StepChoice } from './fit.ts'
import { isLogged } from './logged-steps.ts'
import type { Measurer } from './measurements.ts'
import { type Observer, showObservers } from './observers.ts'
import {
  downloadOptimizer,
  downloadWeights,
  type LossRecord,
  type TrainingState,
  uploadOptimizer,
  uploadWeights,
} from './state.ts'
import { createStepFiller } from './step-filler.ts'
import { createThroughput } from './throughput.ts'

/** A training to run, and its callbacks. */
export interface LoopTask {
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  readonly standardizer: Standardizer
  readonly backend: Backend
  /** Values of all parameters and running statistics before the first step that the loop computes. */
  readonly weights: Weights
  /** State of a run that resumes. If `start` is absent, the run starts with its first step. */
  readonly start?: Omit<TrainingState, 'weights'>
  /**
   * Called when the program has copied the weights and the optimizer's states. After this call, the caller may drop its
   * own copy of the weights and states.
   */
  readonly onLoaded?: () => void
  /** How the training step is compiled. By default, `chooseStep` decides. */
  readonly step?: StepChoice
  /** Number of steps between checkpoints. By default, a checkpoint is due about every 30 seconds. */
  readonly checkpointEvery?: number
  /**
   * Called with the state between two steps when a checkpoint is due. `onCheckpoint` is not called after the last step.
   */
  readonly onCheckpoint?: (state: TrainingState) => Promise<void>
  readonly observers?: readonly Observer[]
  /** Measures the network between two steps, and decides when the warm-up ends. */
  readonly measurer?: Measurer
  /** Signal that stops the run after the training steps that are already being computed. */
  readonly abort?: AbortSignal
  /** Steps at which the loop pauses, besides the intervals of the settings, so that a measurement can be due. */
  readonly pauses?: readonly number[]
  /** Called repeatedly with the number of steps done and the losses logged since the last call. */
  readonly onProgress?: (done: number, losses: readonly LossRecord[]) => void
}

/** Result of a training loop. */
export interface LoopOutcome {
  readonly losses: readonly LossRecord[]
  readonly diverged: Divergence | null
  /** True when the caller stopped the run before its last step. */
  readonly interrupted: boolean
  /** True when early stopping ended the run before its last step. */
  readonly stoppedEarly: boolean
  readonly state: TrainingState
  /** Memory that the training program used, in bytes. */
  readonly memoryBytes: number
  /** True if activations of repeated layers were recomputed, because not all activations fit into memory. */
  readonly recompute: boolean
}

/**
 * Trains until all steps are done, the loss is not finite, or the caller stops the run. Throws a `memory` error if a
 * step doesn't fit into memory.
 */
export async function runTrainingLoop(task: LoopTask): Promise<LoopOutcome> {
  const { blueprint, settings, backend, weights, start, observers = [] } = task
  const { graph, ringSlots, recompute } = task.step ?? chooseStep(blueprint, settings, backend, observers.length > 0)
  const program = await backend.compile(graph, { ringSlots })
  try {
    uploadWeights(program, blueprint, weights)
    if (start) uploadOptimizer(program, start)
    task.onLoaded?.()
    return { ...(await runSteps(task, program)), memoryBytes: program.memoryBytes, recompute }
  } finally {
    program.dispose()
  }
}

async function runSteps(task: LoopTask, program: Program): Promise<Omit<LoopOutcome, 'memoryBytes' | 'recompute'>> {
  const { blueprint, data, settings, observers = [], measurer, abort, onProgress, onCheckpoint } = task
  const filler = createStepFiller(program, task, task.start?.position)
  const group = program.ringSlots / 2
  const throughput = createThroughput(group)
  const clock = createCheckpointClock(task.checkpointEvery)
  const stops = stopsOf(task)
  const losses: LossRecord[] = []
  const measured = new Map<string, Values>()
  /** Number of updates made so far. */
  let done = task.start?.step ?? 0
  /** Number of steps whose inputs have been written into the ring. */
  let filled = done
  let warmedUpAt = task.start?.warmedUpAt
  let stoppedEarly = false

  /**
   * Writes the inputs of the next steps into at most half of the ring, from slot `first` on. Returns the number of
   * steps whose inputs were written.
   */
  const fill = (first: number): number => {
    const toPause = (task.pauses ?? []).flatMap((step) => (step > filled ? step - filled : []))
    const toStop = [...stops.map((every) => every - (filled % every)), ...toPause]
    const count = Math.min(throughput.next(), settings.steps - filled, ...toStop)
    for (let index = 0; index < count; index++) {
      filler.fillBatch(first + index)
      filler.fillScalars(first + index, filled + index, warmedUpAt)
    }
    filled += count
    return count
  }
  /**
   * Takes the measurements that are due before the next step. The inputs of the next `count` steps are already in the
   * ring, from slot `first` on. A measurement may end the warm-up. Returns false if the caller or early stopping has
   * stopped the run.
   */
  const measure = async (first: number, count: number): Promise<boolean> => {
    const isWarm = settings.schedule.untilError === undefined || warmedUpAt !== undefined
    if (!measurer?.isDue(done, isWarm)) return true
    // All measurements can share one copy of the weights, because each measurement ends before the next one starts.
    const found = await measurer.measure(done, isWarm, () => downloadWeights(program, blueprint, measured))
    stoppedEarly = found === 'exhausted'
    if (found === 'stopped' || stoppedEarly) return false
    if (isWarm || found === 'cold') return true
    // The inputs of the next steps were written with the warm-up rate, so the scalars of these steps are written again.
    warmedUpAt = done
    for (let index = 0; index < count; index++) filler.fillScalars(first + index, done + index, warmedUpAt)
    return true
  }
  const log = (from: number, values: Float64Array): void => {
    const records = Array.from(values, (loss, index): LossRecord => ({ step: from + index, loss }))
    const logged = records.filter(({ step }) => isLogged(step, settings))
    losses.push(...logged)
    onProgress?.(done, logged)
  }
  const downloadState = async (): Promise<TrainingState> => ({
    step: done,
    weights: await downloadWeights(program, blueprint),
    optimizer: await downloadOptimizer(program),
    position: positionAfter(done, settings.batch, data),
    // If the last measurement ended the warm-up, a resumed run repeats the measurement, so `warmedUpAt` isn't stored.
    ...(warmedUpAt === undefined || warmedUpAt === done ? {} : { warmedUpAt }),
  })

  let first = 0
  let count = fill(first)
  while (count > 0) {
    if (!(await measure(first, count))) break
    const running = throughput.time(count, () => program.run(first, count))
    const other = group - first
    const next = abort?.aborted ? 0 : fill(other)
    const result = await running
    const from = done
    done += result.finished
    log(from, result.losses)
    if (result.finished < count) {
      const diverged = await locateFailure(task, program, first + result.finished, done)
      return { losses, diverged, interrupted: false, stoppedEarly, state: await downloadState() }
    }
    if (observers.length > 0) {
      const loss = result.losses[count - 1]
      await showObservers(observers, program, { step: done, loss, isLast: done === settings.steps })
    }
    if (onCheckpoint && next > 0 && clock.isDue(done)) await clock.time(async () => onCheckpoint(await downloadState()))
    first = other
    count = next
  }
  const interrupted = done < settings.steps && !stoppedEarly
  return { losses, diverged: null, interrupted, stoppedEarly, state: await downloadState() }
}

/**
 * Intervals, in steps, after which the program must pause. A time-based checkpoint needs no interval, because it can be
 * made after any group of steps.
 */
function stopsOf({ checkpointEvery, observers = [], settings }: LoopTask): readonly number[] {
  const { evaluateEvery, probes, schedule } = settings
  const stops = [checkpointEvery, evaluateEvery, probes?.every, schedule.untilError?.every]
  return [...stops, ...observers.map(({ every }) => every)].flatMap((every) => every ?? [])
}

/**
 * Position in the order of samples after `steps` steps. Batches that were written into the ring but not trained on
 * don't count.
 */
function positionAfter(steps: number, batch: number, { train }: Dataset): Position {
  const used = steps * batch
  return { epoch: Math.floor(used / train.count), offset: used % train.count }
}

/**
 * Locates the layer of a divergence with the batch of the failed step, which is still in its slot. The program stopped
 * before the update of the failed step, because the loss of the step was not finite.
 */
async function locateFailure(task: LoopTask, program: Program, slot: number, step: number): Promise<Divergence> {
  const { blueprint, backend, settings, standardizer } = task
  const { batch } = settings
  const { size } = standardizer
  const inputs = await program.download('x', { slot })
  const fill = (indices: Uint32Array, { array, offset, stride }: InputRows): void => {
    indices.forEach((sample, row) => {
      array.set(inputs.subarray(sample * size, (sample + 1) * size), offset + row * stride)
    })
  }
  const weights = await downloadWeights(program, blueprint)
  return locateDivergence({ blueprint, backend, weights, samples: { count: batch, fill }, batch, step })
}
