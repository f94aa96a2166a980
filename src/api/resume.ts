/**
 * Resumes an interrupted run (Node only). The final weights have the same bits as the weights of a run that was never
 * stopped.
 */
import { codeOf } from '../baselines/linear-autoencoder.ts'
import { createBlueprint } from '../blueprint/create.ts'
import type { Dataset } from '../data/dataset.ts'
import type { DataDescription, StoredResult } from '../runs/run-description.ts'
import type { Lock } from '../runs/run-lock.ts'
import { IsobathError } from '../support/errors.ts'
import { startAdjuster } from '../surgery/starts.ts'
import { lastEvaluation, summarizeMeasured } from '../training/record.ts'
import { runTrainingSession } from '../training/session.ts'
import { checkCall, checkPath, namesOf } from './check-call.ts'
import { modelFacts, modelFactsOfRun } from './model.ts'
import { runFiles } from './node.ts'
import { layersOpener, needsStart } from './probes.ts'
import { refuseOtherData, refuseOtherMode } from './resume-checks.ts'
import { networkOfRun } from './saved-models.ts'
import { askedBaselines, type Run, storedElsewhere, type TrainOptions } from './train.ts'
import {
  askedMode,
  checkMachineChoice,
  type MachineChoice,
  machineChoice,
  resumedMachine,
  withMachine,
} from './with-machine.ts'

type Shared =
  | 'baselines'
  | 'checkpointEvery'
  | 'observers'
  | 'abort'
  | 'onProgress'
  | 'onEvaluation'
  | 'onAdjust'
  | 'onMeasured'
  | 'onProbed'
  | 'onCheckpoint'

/** Options of `resume`. */
export interface ResumeOptions extends MachineChoice, Pick<TrainOptions, Shared> {
  /** The data set of the run, verified by a hash of its samples. */
  readonly data: Dataset
  /** Called with a note for the user if a checkpoint is broken and an earlier checkpoint is used. */
  readonly onNote?: (note: string) => void
}

const optionNames = namesOf<ResumeOptions>({
  ...machineChoice,
  data: true,
  baselines: true,
  checkpointEvery: true,
  observers: true,
  abort: true,
  onProgress: true,
  onEvaluation: true,
  onAdjust: true,
  onMeasured: true,
  onProbed: true,
  onCheckpoint: true,
  onNote: true,
})

/**
 * Resumes the run in a folder from its last complete checkpoint: `resume('runs/first', { data })`. The resumed run ends
 * with the same weights, bit for bit, as a run that was never stopped. For a finished run, `resume` returns the stored
 * record at once.
 *
 * Throws a `run` error if the folder holds no run, if another process is working in the folder, or if the run began
 * with other data or in another mode. Throws a `disk` error if the folder can't be written. Also throws the errors that
 * `train` throws.
 */
export async function resume(folder: string, options: ResumeOptions): Promise<Run> {
  checkPath('resume', folder)
  checkCall(options ?? {}, optionNames)
  checkMachineChoice(options)
  const { readDescription, withLock } = await runFiles('resume')
  // The folder is checked first, so that no lock is written into a folder without a run.
  const description = readDescription(folder)
  await refuseOtherData({ folder, noun: 'run', anew: 'start a new run' }, description.data, options.data)
  refuseOtherMode({ folder, noun: 'run' }, description.mode, askedMode(options))
  const record = await readRecord(folder)
  if (record) return record.run
  return withLock(folder, async (lock) => {
    // The record of the run is read again after this process has taken the lock, because another process may have
    // finished the run in the meantime.
    const finished = await readRecord(folder)
    return finished ? finished.run : resumeFolder(folder, lock, options)
  })
}

async function resumeFolder(folder: string, lock: Lock, options: ResumeOptions): Promise<Run> {
  const { readFirstWeights, resumeRunFolder } = await runFiles('resume')
  const { data, abort, observers, onProgress, onEvaluation, onCheckpoint, onNote, onMeasured } = options
  const { description, network, blueprint, settings } = await openDescription(folder)
  const keepsFirst = needsStart(settings)
  const place = { folder, lock, blueprint, settings, description, keepsFirst, onCheckpoint }
  const { recorder, point, notes } = resumeRunFolder(place)
  // The change of the initial weights was not finished if run.json has no facts about the change.
  const isUnchanged = point.state.step === 0 && point.startChange === undefined
  try {
    const start = keepsFirst && !isUnchanged ? readFirstWeights(folder, blueprint) : undefined
    for (const note of notes) onNote?.(note)
    return await withMachine(resumedMachine(options, description.mode), async (machine) => {
      const backend = await machine.backend()
      const trained = await runTrainingSession({
        blueprint,
        data,
        settings,
        backend,
        adjuster: isUnchanged ? startAdjuster({ blueprint, data, settings, backend }) : undefined,
        resume: point,
        checkpointEvery: options.checkpointEvery ?? description.checkpointEvery ?? undefined,
        observers,
        openLayers: layersOpener({ blueprint, data, settings, backend, start }),
        abort,
        recorder,
        onProgress: (done, losses) => onProgress?.(done, settings.steps, losses),
        onEvaluation,
        onAdjust: options.onAdjust,
        onMeasured,
        onProbed: options.onProbed,
      })
      const record = {
        ...trained,
        ...(await askedBaselines(options, trained, { data, settings, code: codeOf(blueprint), backend, abort })),
      }
      recorder.finish({ ...record, ...storedElsewhere })
      return {
        ...record,
        ...modelFacts(data, settings),
        network,
        blueprint,
        settings,
        run: folder,
        facts: description.facts ?? [],
        notes: [...(description.notes ?? []), ...record.notes],
      }
    })
  } finally {
    recorder.close()
  }
}

/** Reads run.json and prepares the network and the settings of the run for the training. */
async function openDescription(folder: string) {
  const { readDescription, storedSettings } = await runFiles('resume')
  const description = readDescription(folder)
  const network = networkOfRun(description.network, folder)
  const settings = storedSettings(description.settings, description.seed)
  return { description, network, blueprint: createBlueprint(network, description.input), settings }
}

/** Record of a finished run, with the facts that the run's folder stores. */
export interface FinishedRun {
  readonly run: Run
  /** Name that the user gave the network. */
  readonly label: string
  /** Description of the data set on which the network was trained. */
  readonly data: DataDescription
}

/**
 * Reads a finished run from its folder, and returns the same record as `train` did. Returns undefined if the run is not
 * finished. `asked`: the mode to compare with the mode of the run. Throws the same errors as `resume`.
 */
export async function readRecord(
  folder: string,
  asked: { readonly exact?: boolean; readonly winograd?: boolean } = {},
): Promise<FinishedRun | undefined> {
  const { readBest, readLastCheckpoint, readResult, readRunMetrics, stateOf } = await runFiles('readRecord')
  const result = readResult(folder)
  if (result === undefined || result.interrupted) return undefined
  const { description, network, blueprint, settings } = await openDescription(folder)
  refuseOtherMode({ folder, noun: 'run' }, description.mode, asked)
  const { found: checkpoint } = readLastCheckpoint(folder)
  if (checkpoint.step !== result.steps) throw lostCheckpoint(folder, result)
  const { weights } = stateOf(blueprint, checkpoint)
  const { losses, measurements, snapshotAtStep } = readRunMetrics(folder, result.steps, settings)
  const { steps: step } = result
  const last = lastEvaluation(step, result, description.data.train)
  const measured = summarizeMeasured(measurements, settings, step, last, snapshotAtStep)
  const { statistics } = description
  const facts = { ...modelFactsOfRun(description, blueprint), statistics }
  const stored = result.best && readBest(folder)
  const best = stored ? { bestWeights: stateOf(blueprint, stored).weights } : {}
  const run = {
    ...result,
    losses,
    ...measured,
    ...facts,
    weights,
    ...best,
    network,
    blueprint,
    settings,
    run: folder,
    facts: description.facts ?? [],
    notes: [...(description.notes ?? []), ...result.notes],
  }
  return { run, label: description.label, data: description.data }
}

function lostCheckpoint(folder: string, { steps }: StoredResult): IsobathError {
  return new IsobathError(
    'run',
    `${folder}: expected the checkpoint of step ${steps}, the last step of the run, but this checkpoint is missing or broken. Remove result.json and resume the run to repeat its last steps.`,
  )
}
