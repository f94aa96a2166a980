/**
 * A diagnosis's folder: `diagnosis.json` says what is diagnosed and how, `trials.jsonl` has a line for each finished trial,
 * `weights/CONTROL-SEED.safetensors` what is measured later, `result.json` what came out. A trial's weights are written
 * before its line: a line that is there is whole. Node only.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Shape } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { type DiagnosisTrial, recordOf, type TrialKey } from '../diagnosis/trial-record.ts'
import type { DiagnosisStore, StepPlan } from '../diagnosis/trial-store.ts'
import { IsobathError } from '../support/errors.ts'
import {
  type GrowingFile,
  makeFolder,
  namesIn,
  openGrowing,
  readWhole,
  removeQuietly,
  writeWhole,
} from '../support/files.ts'
import type { TrialResult } from '../trials/result.ts'
import {
  type DiagnosisDescription,
  encodeDiagnosis,
  readDiagnosisResult,
  type StoredDiagnosis,
} from './diagnosis-description.ts'
import { diagnosisFile, resultFile, runFile } from './run-description.ts'
import { type Lock, takeLock } from './run-lock.ts'
import { decodeTrials, encodeTrial, type KeptTrial, resultOf } from './trial-line.ts'
import { readTrialWeights, writeTrialWeights } from './trial-weights.ts'

export const reportFile = 'report.html'
const trialsFile = 'trials.jsonl'
const weightsFolder = 'weights'

export interface DiagnosisFolder extends DiagnosisStore {
  /** Adds what came out, where it had begun and there is no result yet. */
  finish(result: object): void
  /** Lets go of the folder, however the diagnosis ended. */
  close(): void
}

/**
 * A new diagnosis's folder, which nothing is written to before `begin`. Throws a `run` error where there is a diagnosis or
 * a run already; its functions throw a `disk` error where nothing can be written, a `run` error where another process is at
 * work there.
 */
export function createDiagnosisFolder(folder: string, description: DiagnosisDescription): DiagnosisFolder {
  refuseOthers(folder)
  const writer = new Writer(folder, description.input)
  return writer.folderFor({ seconds: 0 }, (plan) => {
    makeFolder(folder)
    writer.lock = takeLock(folder)
    // Once more: another process may have begun here meanwhile.
    refuseOthers(folder)
    try {
      writer.open('')
      writeWhole(join(folder, diagnosisFile), encodeDiagnosis({ ...description, plan }))
    } catch (error) {
      // What could not begin leaves nothing that would look like it had.
      for (const name of [trialsFile, diagnosisFile]) removeQuietly(join(folder, name))
      throw error
    }
  })
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
  const writer = new Writer(folder, diagnosis.input)
  writer.lock = lock
  writer.isOver = isOver
  const file = join(folder, trialsFile)
  const { trials, broken } = decodeTrials(existsSync(file) ? new TextDecoder().decode(readWhole(file)) : '')
  const notes = broken.map((line) => `${file}: line ${line} can't be read: its training is made again.`)
  for (const trial of trials) writer.trials.set(keyOf(trial.record), trial)
  const spent = [readDiagnosisResult(folder)?.seconds ?? 0, ...trials.map((trial) => trial.spent)]
  const { plan } = diagnosis
  const store = writer.folderFor({ plan, seconds: Math.max(...spent) }, () => {
    if (!isOver) {
      for (const name of [resultFile, reportFile]) removeQuietly(join(folder, name))
      writeWhole(join(folder, diagnosisFile), encodeDiagnosis(diagnosis))
    }
    for (const place of [folder, join(folder, weightsFolder)]) removePartial(place)
    writer.open([...writer.trials.values()].map(encodeTrial).join(''))
  })
  return { store, notes }
}

const keyOf = ({ control, seed }: TrialKey): string => `${control} ${seed}`

/** Writes the files of a diagnosis while it goes on. */
class Writer {
  lock?: Lock
  /** Its result is there already. */
  isOver = false
  readonly trials = new Map<string, KeptTrial>()
  private lines?: GrowingFile
  /** A line may be torn then, to which no other must be added. */
  private failure?: unknown

  constructor(
    private readonly folder: string,
    private readonly input: Shape,
  ) {}

  folderFor(known: Pick<DiagnosisStore, 'plan' | 'seconds'>, begin: (plan: StepPlan) => void): DiagnosisFolder {
    return {
      ...known,
      begin: async (plan) => begin(plan),
      has: (key) => this.trials.has(keyOf(key)),
      find: async (trial) => this.find(trial),
      save: async (trial, result, seconds) => this.save(trial, result, seconds),
      finish: (result) => {
        if (!this.lines || this.isOver) return
        this.lock?.check()
        writeWhole(join(this.folder, resultFile), `${JSON.stringify(result, null, 2)}\n`)
      },
      close: () => this.close(),
    }
  }

  /** The file of trials, with these lines. */
  open(text: string): void {
    const file = join(this.folder, trialsFile)
    if (!existsSync(file) || new TextDecoder().decode(readWhole(file)) !== text) writeWhole(file, text)
    this.lines = openGrowing(file, new TextEncoder().encode(text).length)
  }

  find(trial: DiagnosisTrial): TrialResult | undefined {
    const kept = this.trials.get(keyOf(trial))
    if (kept === undefined) return undefined
    const result = resultOf(kept, trial.id)
    if (kept.weightsSha256 === null) return result
    const weights = readTrialWeights(this.weightsFile(trial), kept.weightsSha256)
    return weights && { ...result, weights }
  }

  save(trial: DiagnosisTrial, result: TrialResult, seconds: number): void {
    if (this.failure !== undefined) throw this.failure
    try {
      this.lock?.check()
      const { weights, diverged } = result
      const blueprint = createBlueprint(trial.network, this.input)
      const weightsSha256 = weights ? writeTrialWeights(this.weightsFile(trial), { blueprint, weights }) : null
      const kept = { record: recordOf(trial, result), divergence: diverged, weightsSha256, spent: seconds }
      const isNew = !this.trials.has(keyOf(trial))
      this.trials.set(keyOf(trial), kept)
      if (isNew) this.append(encodeTrial(kept))
      else this.rewrite()
    } catch (error) {
      this.failure = error
      throw error
    }
  }

  private append(line: string): void {
    this.lines?.append(line)
    this.lines?.sync()
  }

  /** Of a trial that was made again. */
  private rewrite(): void {
    this.lines?.close()
    this.lines = undefined
    this.open([...this.trials.values()].map(encodeTrial).join(''))
  }

  private weightsFile({ control, seed }: TrialKey): string {
    return join(this.folder, weightsFolder, `${control.replaceAll(/[^a-z0-9]+/g, '-')}-${seed}.safetensors`)
  }

  private close(): void {
    try {
      this.lines?.close()
    } finally {
      this.lock?.release()
    }
  }
}

function removePartial(folder: string): void {
  for (const name of namesIn(folder)) if (name.endsWith('.partial')) removeQuietly(join(folder, name))
}

function refuseOthers(folder: string): void {
  const names = namesIn(folder)
  const found = names.includes(diagnosisFile) ? 'diagnosis' : names.includes(runFile) ? 'run' : undefined
  if (found === undefined) return
  const remedy = found === 'diagnosis' ? ', or go on with this one: diagnose --resume' : ''
  throw new IsobathError('run', `${folder}: there is a ${found} in this folder already. Choose another one${remedy}.`)
}
