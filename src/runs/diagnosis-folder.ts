/**
 * The folder of a diagnosis. `diagnosis.json` holds the network and the settings. `trials.jsonl` has a line for each
 * finished trial. `weights/CONTROL-SEED.safetensors` holds weights for later measurements. `result.json` holds the
 * result. The weights of a trial are written before its line, so the weights of every line in `trials.jsonl` are
 * stored. Node only.
 */
import { join } from 'node:path'
import type { Shape } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { type DiagnosisTrial, recordOf, type TrialKey } from '../diagnosis/trial-record.ts'
import type { DiagnosisStore, StepPlan } from '../diagnosis/trial-store.ts'
import type { TrialResult } from '../trials/result.ts'
import { type DiagnosisDescription, encodeDiagnosis, type StoredDiagnosis } from './diagnosis-description.ts'
import type { Lock } from './run-lock.ts'
import { decodeTrial, encodeTrial, resultOf, type StoredTrial } from './trial-line.ts'
import { readTrialWeights, writeTrialWeights } from './trial-weights.ts'
import { createTrialsFolder, type LineCodec, resumeTrialsFolder, type TrialsFolder } from './trials-folder.ts'
import { readEnd } from './work-folder.ts'

const weightsFolder = 'weights'

export interface DiagnosisFolder extends DiagnosisStore {
  /** Writes the result of the diagnosis, if `begin` was called and the folder has no result yet. */
  finish(result: object): void
  /** Closes the files of the folder and releases its lock; called after success, interruption and failure. */
  close(): void
}

const keyOf = ({ control, seed }: TrialKey): string => `${control} ${seed}`

const codec: LineCodec<StoredTrial> = {
  encode: encodeTrial,
  decode: decodeTrial,
  keyOf: ({ record }) => keyOf(record),
}

/**
 * Prepares the folder of a new diagnosis. Nothing is written to the folder before `begin` is called. Throws a `run`
 * error if the folder already holds work. The methods of the returned object throw a `disk` error if the folder can't
 * be written, and a `run` error if another process is working in the folder.
 */
export function createDiagnosisFolder(folder: string, description: DiagnosisDescription): DiagnosisFolder {
  const trials = createTrialsFolder(folder, 'diagnosis', codec)
  const begin = async (plan: StepPlan): Promise<void> => trials.begin(encodeDiagnosis({ ...description, plan }))
  return { ...storeOf(folder, trials, description.input), seconds: 0, begin }
}

export interface DiagnosisToResume {
  readonly folder: string
  readonly lock: Lock
  readonly diagnosis: StoredDiagnosis
  /** True if the diagnosis is complete. Resuming a complete diagnosis returns its result and trains nothing new. */
  readonly isOver: boolean
}

/**
 * Opens the folder of a diagnosis that is resumed. The caller must hold the lock of the folder, which `close` releases.
 * Nothing in the folder changes before `begin` is called. `notes`: a sentence about each broken line of trials.jsonl,
 * whose trial is repeated.
 */
export function resumeDiagnosisFolder({ folder, lock, diagnosis, isOver }: DiagnosisToResume): {
  readonly store: DiagnosisFolder
  readonly notes: readonly string[]
} {
  const within = [join(folder, weightsFolder)]
  const stored = resumeTrialsFolder({ folder, kind: 'diagnosis', lock, isOver, within }, codec)
  const seconds = Math.max(readEnd(folder)?.seconds ?? 0, ...stored.lines.map(({ spent }) => spent))
  const { plan, input } = diagnosis
  const begin = async (): Promise<void> => stored.store.begin(encodeDiagnosis(diagnosis))
  return { store: { ...storeOf(folder, stored.store, input), seconds, plan, begin }, notes: stored.notes }
}

function storeOf(
  folder: string,
  trials: TrialsFolder<StoredTrial>,
  input: Shape,
): Omit<DiagnosisFolder, 'seconds' | 'plan' | 'begin'> {
  const fileOf = (control: string, seed: number): string =>
    join(folder, weightsFolder, `${control.replaceAll(/[^a-z0-9]+/g, '-')}-${seed}.safetensors`)
  const weightsFile = ({ control, seed }: TrialKey): string => fileOf(control, seed)
  /** Path of the weights file in a folder of version 0.1, which called the unchanged network `patient`. */
  const olderWeightsFile = ({ control, seed }: TrialKey): string =>
    fileOf(control === 'network' ? 'patient' : control, seed)
  const find = (trial: DiagnosisTrial): TrialResult | undefined => {
    const stored = trials.get(keyOf(trial))
    if (stored === undefined) return undefined
    const result = resultOf(stored, trial.id)
    if (stored.weightsSha256 === null) return result
    const weights =
      readTrialWeights(weightsFile(trial), stored.weightsSha256) ??
      readTrialWeights(olderWeightsFile(trial), stored.weightsSha256)
    return weights && { ...result, weights }
  }
  const save = (trial: DiagnosisTrial, result: TrialResult, spent: number): void => {
    const { weights, diverged } = result
    const blueprint = createBlueprint(trial.network, input)
    trials.save(() => {
      const weightsSha256 = weights ? writeTrialWeights(weightsFile(trial), { blueprint, weights }) : null
      return { record: recordOf(trial, result), divergence: diverged, weightsSha256, spent }
    })
  }
  return {
    has: (key) => trials.get(keyOf(key)) !== undefined,
    find: async (trial) => find(trial),
    save: async (trial, result, seconds) => save(trial, result, seconds),
    finish: trials.finish,
    close: trials.close,
  }
}
