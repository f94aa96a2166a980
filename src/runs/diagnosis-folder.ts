/**
 * A diagnosis's folder: `diagnosis.json` says what is diagnosed and how, `trials.jsonl` has a line for each finished trial,
 * `weights/CONTROL-SEED.safetensors` what is measured later, `result.json` what came out. A trial's weights are written
 * before its line: a line that is there is whole. Node only.
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
  /** Adds what came out, where it had begun and there is no result yet. */
  finish(result: object): void
  /** Lets go of the folder, however the diagnosis ended. */
  close(): void
}

const keyOf = ({ control, seed }: TrialKey): string => `${control} ${seed}`

const codec: LineCodec<StoredTrial> = {
  encode: encodeTrial,
  decode: decodeTrial,
  keyOf: ({ record }) => keyOf(record),
}

/**
 * A new diagnosis's folder, which nothing is written to before `begin`. Throws a `run` error where there is work already; its
 * functions throw a `disk` error where nothing can be written, a `run` error where another process is at work there.
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
  /** It has come to its end, and nothing but its answer is asked for. */
  readonly isOver: boolean
}

/**
 * The folder of a diagnosis that goes on. The caller has the lock, which `close` releases. Nothing is changed before
 * `begin`. `notes`: what was broken, a sentence each; its trials are made again.
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
  /** Version 0.1 called the unchanged network `patient`. */
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
