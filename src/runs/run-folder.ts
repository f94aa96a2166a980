/**
 * The folder of a run. `run.json` holds the network and the settings. `metrics.jsonl` has a line for each logged step.
 * `checkpoint-STEP.safetensors` holds the weights and everything else that the next step depends on. `result.json`
 * holds the result. A run with a validation set keeps its best weights in `best.safetensors`. A file is written under a temporary name and then renamed, so that every file in the folder is
 * complete. Checkpoint 0 is written before run.json, so that every run with a run.json can be resumed. If the initial
 * weights are changed, both files are written before the change and again after the change. Node only.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Blueprint } from '../blueprint/blueprint.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { IsobathError, orUndefined } from '../support/errors.ts'
import { removeQuietly, writeWhole } from '../support/files.ts'
import type { BestWeights } from '../training/best-weights.ts'
import type { Weights } from '../training/evaluator.ts'
import { isEvaluation } from '../training/measurements.ts'
import type { Recorder, ResumePoint, SessionStart } from '../training/recorder.ts'
import type { TrainingState } from '../training/state.ts'
import { noTime, type TimeSpent } from '../training/stopwatch.ts'
import { type Checkpoint, encodeCheckpoint, readCheckpoint, stateOf } from './checkpoint.ts'
import { type MetricsFile, openMetrics, readMetrics, renameProbes, type StoredMetrics } from './metrics.ts'
import { encodeDescription, type RunDescription, type StoredDescription } from './run-description.ts'
import type { Lock } from './run-lock.ts'
import { beginWork, refuseWork, removePartial, resultFile, workKinds, writeResult } from './work-folder.ts'

const checkpointName = (step: number): string => `checkpoint-${step}.safetensors`
const checkpointPattern = /^checkpoint-(\d+)\.safetensors$/
const metricsFile = 'metrics.jsonl'
const bestFile = 'best.safetensors'

export interface RunFolder extends Recorder {
  /** Path of the run's folder. */
  readonly folder: string
  /** Writes the result at the end of the run. */
  finish(result: object): void
  /** Closes the files of the folder and releases its lock; called after success, interruption and failure. */
  close(): void
}

/** Called after each checkpoint, with its step and the path of its file. */
export type OnCheckpoint = (step: number, file: string) => void

export interface FolderOptions {
  /** Whether the checkpoint of step 0 is kept until the end of the run; false by default. */
  readonly keepsFirst?: boolean
  readonly onCheckpoint?: OnCheckpoint
}

/**
 * Prepares the folder of a new run. Nothing is written to the folder before `begin` is called. Throws a `run` error if
 * the folder already holds work. The methods of the returned object throw a `disk` error if the folder can't be
 * written, and a `run` error if another process is working in the folder.
 */
export function createRunFolder(
  folder: string,
  blueprint: Blueprint,
  description: RunDescription,
  { keepsFirst = false, onCheckpoint }: FolderOptions = {},
): RunFolder {
  refuseWork(folder, 'run', isLaterCheckpoint)
  const writer = new Writer(folder, blueprint, description, keepsFirst, onCheckpoint)
  return writer.recorder(async (state, time, start) => {
    writer.lock = beginWork(folder, {
      kind: 'run',
      isBegun: isLaterCheckpoint,
      files: [checkpointName(state.step), metricsFile, workKinds.run.file],
      write: (lock) => {
        writer.lock = lock
        writer.save(state, time)
        writer.metrics = openMetrics(join(folder, metricsFile), 0, writer.checkLock)
        writer.describe(start)
      },
    })
  })
}

export interface RunToResume extends FolderOptions {
  readonly folder: string
  readonly lock: Lock
  readonly blueprint: Blueprint
  readonly settings: TrainingSettings
  readonly description: StoredDescription
}

/**
 * Opens the folder of a run that is resumed, and finds the point from which the run resumes. The caller must hold the
 * lock of the folder, which `close` releases. Nothing in the folder changes before `begin` is called, which cuts
 * metrics.jsonl back to the checkpoint. `notes`: one or two sentences about each broken checkpoint. Throws a `run` or
 * `weights` error if no checkpoint is complete.
 */
export function resumeRunFolder(run: RunToResume): {
  readonly recorder: RunFolder
  readonly point: ResumePoint
  readonly notes: readonly string[]
} {
  const { folder, lock, blueprint, settings, description, keepsFirst = false, onCheckpoint } = run
  const { signal, startChange } = description
  const metrics = join(folder, metricsFile)
  const { found, notes } = findCheckpoint(folder, (checkpoint) => {
    const stored = readMetrics(metrics, checkpoint.step, settings)
    if (stored !== undefined) return { checkpoint, stored }
    throw new IsobathError(
      'run',
      `${metrics}: expected the losses of all steps before ${checkpoint.step}, but some are missing. The file was changed or broken.`,
    )
  })
  const { checkpoint, stored } = found
  const state = stateOf(blueprint, checkpoint)
  const writer = new Writer(folder, blueprint, description, keepsFirst, onCheckpoint)
  writer.lock = lock
  const recorder = writer.recorder(async () => {
    for (const name of readdirSync(folder)) {
      const step = stepOf(name)
      const isLater = step !== undefined && step > state.step
      if (isLater || name === resultFile) removeQuietly(join(folder, name))
    }
    removePartial(folder)
    dropOldCheckpoints(folder, keepsFirst)
    writer.metrics = openMetrics(metrics, renameProbes(metrics, stored.bytes), writer.checkLock)
    writer.savedStep = state.step
  })
  const { losses, measurements } = stored
  const wasEvaluated = measurements.some((measured) => isEvaluation(measured) && measured.validation !== undefined)
  const best = wasEvaluated ? storedBest(folder, blueprint) : undefined
  const lost = `${join(folder, bestFile)} is missing or broken, so the best weights before step ${state.step} are lost.`
  const point = { state, losses, measurements, signal, startChange, ...(best ? { best } : {}), ...checkpoint.time }
  return { recorder, point, notes: wasEvaluated && !best ? [...notes, lost] : notes }
}

/** Reads the best weights of a run, or returns undefined if their file is missing or broken. */
function storedBest(folder: string, blueprint: Blueprint): BestWeights | undefined {
  const checkpoint = orUndefined(() => readBest(folder))
  return checkpoint && { step: checkpoint.step, weights: stateOf(blueprint, checkpoint).weights }
}

/** Writes the files of a run while the network is trained. */
class Writer {
  lock?: Lock
  metrics?: MetricsFile
  /** Step of the last saved checkpoint. */
  savedStep = -1

  constructor(
    private readonly folder: string,
    private readonly blueprint: Blueprint,
    private readonly description: RunDescription,
    private readonly keepsFirst: boolean,
    private readonly onCheckpoint?: OnCheckpoint,
  ) {}

  /** Throws a `run` error if another process has taken over the folder. */
  readonly checkLock = (): void => this.lock?.check()

  recorder(begin: Recorder['begin']): RunFolder {
    return {
      folder: this.folder,
      begin,
      adjusted: async (state, time, start) => {
        // Checkpoint 0 is written first. If the process is killed before run.json is written, run.json has no change of
        // the weights, so a resumed run draws and changes the weights again.
        this.savedStep = -1
        this.save(state, time)
        this.describe(start)
      },
      checkpoint: async (state, time) => this.save(state, time),
      losses: (records) => this.metrics?.add(records),
      measured: (measured) => this.metrics?.addMeasured(measured),
      best: (best) => this.saveBest(best),
      finish: (result) => {
        // metrics.jsonl is saved before the result, because no other file has the snapshot after the last step.
        this.metrics?.save()
        this.checkLock()
        writeResult(this.folder, result)
      },
      close: () => this.close(),
    }
  }

  /** Writes run.json. */
  describe({ standardizer, signal, startChange }: SessionStart): void {
    this.checkLock()
    const text = encodeDescription(this.description, standardizer.statistics, signal, startChange)
    writeWhole(join(this.folder, workKinds.run.file), text)
  }

  save(state: TrainingState, time: TimeSpent): void {
    if (state.step === this.savedStep) return
    const file = join(this.folder, checkpointName(state.step))
    // The losses are saved before the checkpoint, so that the losses of all steps before a stored checkpoint are
    // stored, too.
    this.metrics?.save()
    this.checkLock()
    writeWhole(file, encodeCheckpoint(this.blueprint, state, time))
    this.savedStep = state.step
    dropOldCheckpoints(this.folder, this.keepsFirst)
    this.onCheckpoint?.(state.step, file)
  }

  private saveBest({ step, weights }: BestWeights): void {
    this.checkLock()
    const state: TrainingState = { step, weights, optimizer: new Map(), position: { epoch: 0, offset: 0 } }
    writeWhole(join(this.folder, bestFile), encodeCheckpoint(this.blueprint, state, noTime))
  }

  private close(): void {
    try {
      this.metrics?.close()
    } catch (error) {
      // Either the disk is full or another process has taken over the folder, and an earlier error has reported this
      // problem. A resumed run writes the missing lines again, from the last checkpoint on.
      if (!(error instanceof IsobathError)) throw error
    } finally {
      this.lock?.release()
    }
  }
}

/**
 * Whether a file is a checkpoint after step 0. A checkpoint after step 0 without a run.json counts as a run, because a
 * new run could mistake the checkpoint for its own. If a run was killed before its first step, its files (a lock and
 * checkpoint 0) don't count as a run and are overwritten.
 */
const isLaterCheckpoint = (name: string): boolean => (stepOf(name) ?? 0) > 0

function stepOf(name: string): number | undefined {
  const step = checkpointPattern.exec(name)?.[1]
  return step === undefined ? undefined : Number(step)
}

function checkpointSteps(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => stepOf(name) ?? [])
    .sort((a, b) => a - b)
}

/**
 * Removes all checkpoints of a run except the last two. The checkpoint of step 0 is not removed if `keepsFirst` is
 * true.
 */
function dropOldCheckpoints(folder: string, keepsFirst: boolean): void {
  for (const step of checkpointSteps(folder).slice(0, -2)) {
    if (step > 0 || !keepsFirst) removeQuietly(join(folder, checkpointName(step)))
  }
}

/**
 * Finds the newest checkpoint that `use` accepts. `notes`: the reason why each newer checkpoint was not accepted.
 * Throws the error of the newest checkpoint if `use` accepts none.
 */
function findCheckpoint<T>(folder: string, use: (checkpoint: Checkpoint) => T): { found: T; notes: string[] } {
  const steps = checkpointSteps(folder).reverse()
  if (steps.length === 0) throw new IsobathError('run', `${folder}: expected a checkpoint, got none. Start a new run.`)
  const failures: IsobathError[] = []
  for (const step of steps) {
    try {
      const found = use(readCheckpoint(join(folder, checkpointName(step))))
      return { found, notes: failures.map(({ message }) => `${message} The previous checkpoint is used.`) }
    } catch (error) {
      if (!(error instanceof IsobathError)) throw error
      failures.push(error)
    }
  }
  throw failures[0]
}

/**
 * Reads the last complete checkpoint of a run. Throws a `run` or `weights` error if the folder has no complete
 * checkpoint.
 */
export function readLastCheckpoint(folder: string): { readonly found: Checkpoint; readonly notes: readonly string[] } {
  return findCheckpoint(folder, (checkpoint) => checkpoint)
}

/**
 * Reads the weights of a run with the lowest validation loss. Returns undefined if the run has stored none. Throws a
 * `weights` error if the file is broken.
 */
export function readBest(folder: string): Checkpoint | undefined {
  const file = join(folder, bestFile)
  return existsSync(file) ? readCheckpoint(file) : undefined
}

/**
 * Reads the weights before the first step of a run that keeps checkpoint 0. Throws a `weights` error if checkpoint 0 is
 * missing or broken.
 */
export function readFirstWeights(folder: string, blueprint: Blueprint): Weights {
  return stateOf(blueprint, readCheckpoint(join(folder, checkpointName(0)))).weights
}

/**
 * Reads all losses and measurements of a run that ended at `step`. Throws a `run` error if a line of metrics.jsonl is
 * missing.
 */
export function readRunMetrics(folder: string, step: number, settings: TrainingSettings): StoredMetrics {
  const file = join(folder, metricsFile)
  const stored = readMetrics(file, step, settings)
  if (stored && (settings.probes === undefined || stored.snapshotAtStep)) return stored
  throw new IsobathError(
    'run',
    `${file}: expected the losses of all ${step} steps, but some are missing. The file was changed or broken. Remove result.json and resume the run to repeat its last steps.`,
  )
}
