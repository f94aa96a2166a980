/**
 * A run's folder: `run.json` says what runs, `metrics.jsonl` has a line for each logged step, `checkpoint-STEP.safetensors`
 * the weights and all that the next step depends on, `result.json` what came out. Files are written under a temporary
 * name and renamed, so that a file that is there is whole; run.json comes after checkpoint 0, so that a run that has it
 * can go on. Node only.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Blueprint } from '../blueprint/blueprint.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { IsobathError } from '../support/errors.ts'
import { removeQuietly, writeWhole } from '../support/files.ts'
import type { Weights } from '../training/evaluator.ts'
import type { Recorder, ResumePoint } from '../training/session.ts'
import type { TrainingState } from '../training/state.ts'
import type { TimeSpent } from '../training/stopwatch.ts'
import { type Checkpoint, encodeCheckpoint, readCheckpoint, stateOf } from './checkpoint.ts'
import { type MetricsFile, openMetrics, readMetrics, type StoredMetrics } from './metrics.ts'
import { encodeDescription, type RunDescription } from './run-description.ts'
import type { Lock } from './run-lock.ts'
import { beginWork, refuseWork, removePartial, resultFile, workKinds, writeResult } from './work-folder.ts'

const checkpointName = (step: number): string => `checkpoint-${step}.safetensors`
const checkpointPattern = /^checkpoint-(\d+)\.safetensors$/
const metricsFile = 'metrics.jsonl'

export interface RunFolder extends Recorder {
  readonly folder: string
  /** Adds what came out at the end. */
  finish(result: object): void
  /** Lets go of the folder, however the run ended. */
  close(): void
}

/** Told of each checkpoint that was written. */
export type OnCheckpoint = (step: number, file: string) => void

export interface FolderOptions {
  /** Whether the weights before the first step are kept to the end; not by default. */
  readonly keepsFirst?: boolean
  readonly onCheckpoint?: OnCheckpoint
}

/**
 * A new run's folder, which nothing is written to before `begin`. Throws a `run` error where there is a run already; its
 * functions throw a `disk` error where nothing can be written, a `run` error where another process is at work there.
 */
export function createRunFolder(
  folder: string,
  blueprint: Blueprint,
  description: RunDescription,
  { keepsFirst = false, onCheckpoint }: FolderOptions = {},
): RunFolder {
  refuseWork(folder, 'run', isLaterCheckpoint)
  const writer = new Writer(folder, blueprint, keepsFirst, onCheckpoint)
  return writer.recorder(async (state, time, start) => {
    writer.lock = beginWork(folder, {
      kind: 'run',
      isBegun: isLaterCheckpoint,
      files: [checkpointName(state.step), metricsFile, workKinds.run.file],
      write: (lock) => {
        writer.lock = lock
        writer.save(state, time)
        writer.metrics = openMetrics(join(folder, metricsFile), 0, writer.checkLock)
        const { standardizer, signal } = start
        const text = encodeDescription(description, standardizer.statistics, signal)
        writeWhole(join(folder, workKinds.run.file), text)
      },
    })
  })
}

export interface RunToResume extends FolderOptions {
  readonly folder: string
  readonly lock: Lock
  readonly blueprint: Blueprint
  readonly settings: TrainingSettings
  readonly signal: ResumePoint['signal']
}

/**
 * The folder of a run that goes on, and where. The caller has the lock, which `close` releases. Nothing is changed before
 * `begin`, which cuts the metrics back to the checkpoint. Throws a `run` or `weights` error where no checkpoint is whole.
 */
export function resumeRunFolder(run: RunToResume): {
  readonly recorder: RunFolder
  readonly point: ResumePoint
  readonly notes: readonly string[]
} {
  const { folder, lock, blueprint, settings, signal, keepsFirst = false, onCheckpoint } = run
  const metrics = join(folder, metricsFile)
  const { found, notes } = findCheckpoint(folder, (checkpoint) => {
    const stored = readMetrics(metrics, checkpoint.step, settings)
    if (stored !== undefined) return { checkpoint, stored }
    throw new IsobathError(
      'run',
      `${metrics}: expected the losses of all steps before ${checkpoint.step}, and some are missing. The file was changed or broken.`,
    )
  })
  const { checkpoint, stored } = found
  const state = stateOf(blueprint, checkpoint)
  const writer = new Writer(folder, blueprint, keepsFirst, onCheckpoint)
  writer.lock = lock
  const recorder = writer.recorder(async () => {
    for (const name of readdirSync(folder)) {
      const step = stepOf(name)
      const isLater = step !== undefined && step > state.step
      if (isLater || name === resultFile) removeQuietly(join(folder, name))
    }
    removePartial(folder)
    dropOldCheckpoints(folder, keepsFirst)
    writer.metrics = openMetrics(metrics, stored.bytes, writer.checkLock)
    writer.savedStep = state.step
  })
  const { losses, measurements } = stored
  return { recorder, point: { state, losses, measurements, signal, ...checkpoint.time }, notes }
}

/** Writes the files of a run while it goes on. */
class Writer {
  lock?: Lock
  metrics?: MetricsFile
  /** Of the last checkpoint. */
  savedStep = -1

  constructor(
    private readonly folder: string,
    private readonly blueprint: Blueprint,
    private readonly keepsFirst: boolean,
    private readonly onCheckpoint?: OnCheckpoint,
  ) {}

  /** Throws a `run` error where another process has taken over the folder. */
  readonly checkLock = (): void => this.lock?.check()

  recorder(begin: Recorder['begin']): RunFolder {
    return {
      folder: this.folder,
      begin,
      checkpoint: async (state, time) => this.save(state, time),
      losses: (records) => this.metrics?.add(records),
      measured: (measured) => this.metrics?.addMeasured(measured),
      finish: (result) => {
        // A look at the layers after the last step is nowhere else.
        this.metrics?.save()
        this.checkLock()
        writeResult(this.folder, result)
      },
      close: () => this.close(),
    }
  }

  save(state: TrainingState, time: TimeSpent): void {
    if (state.step === this.savedStep) return
    const file = join(this.folder, checkpointName(state.step))
    // Before the checkpoint: it must never be ahead of the losses.
    this.metrics?.save()
    this.checkLock()
    writeWhole(file, encodeCheckpoint(this.blueprint, state, time))
    this.savedStep = state.step
    dropOldCheckpoints(this.folder, this.keepsFirst)
    this.onCheckpoint?.(state.step, file)
  }

  private close(): void {
    try {
      this.metrics?.close()
    } catch (error) {
      // The disk is full or the folder is another's: that has been said, and what is missing is made again after the last
      // checkpoint.
      if (!(error instanceof IsobathError)) throw error
    } finally {
      this.lock?.release()
    }
  }
}

/**
 * What a run leaves that was killed before it had begun (a lock, checkpoint 0) is written over; a later checkpoint without
 * its run.json counts as a run: it would be taken for one of the new run.
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

/** The last two are kept, and that of step 0 where it is needed. */
function dropOldCheckpoints(folder: string, keepsFirst: boolean): void {
  for (const step of checkpointSteps(folder).slice(0, -2)) {
    if (step > 0 || !keepsFirst) removeQuietly(join(folder, checkpointName(step)))
  }
}

/** The newest checkpoint that `use` accepts; `notes` says of each newer one why not. Throws what is wrong with the newest. */
function findCheckpoint<T>(folder: string, use: (checkpoint: Checkpoint) => T): { found: T; notes: string[] } {
  const steps = checkpointSteps(folder).reverse()
  if (steps.length === 0) throw new IsobathError('run', `${folder}: there is no checkpoint. Train again.`)
  const failures: IsobathError[] = []
  for (const step of steps) {
    try {
      const found = use(readCheckpoint(join(folder, checkpointName(step))))
      return { found, notes: failures.map(({ message }) => `${message} The checkpoint before it is used.`) }
    } catch (error) {
      if (!(error instanceof IsobathError)) throw error
      failures.push(error)
    }
  }
  throw failures[0]
}

/** The last checkpoint that is whole. Throws a `run` or `weights` error where there is none. */
export function readLastCheckpoint(folder: string): { readonly found: Checkpoint; readonly notes: readonly string[] } {
  return findCheckpoint(folder, (checkpoint) => checkpoint)
}

/** The weights before the first step of a run that keeps them. Throws a `run` or `weights` error where they aren't whole. */
export function readFirstWeights(folder: string, blueprint: Blueprint): Weights {
  return stateOf(blueprint, readCheckpoint(join(folder, checkpointName(0)))).weights
}

/** What a run logged and measured until the step it ended with. Throws a `run` error where some is missing. */
export function readRunMetrics(folder: string, step: number, settings: TrainingSettings): StoredMetrics {
  const file = join(folder, metricsFile)
  const stored = readMetrics(file, step, settings)
  if (stored && (settings.probes === undefined || stored.snapshotAtStep)) return stored
  throw new IsobathError(
    'run',
    `${file}: expected the losses of all ${step} steps, and some are missing. The file was changed or broken. Remove result.json to make its last steps again.`,
  )
}
