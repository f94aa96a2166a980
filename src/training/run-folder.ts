/**
 * A run's folder: `run.json` says what runs, `metrics.jsonl` has a line for each logged step, `checkpoint-STEP.safetensors`
 * the weights and all that the next step depends on. Files are written under a temporary name and renamed, so that a
 * file that is there is whole.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { IsobathError } from '../support/errors.ts'
import { appendText, makeFolder, readWhole, reasonOf, writeWhole } from '../support/files.ts'
import { decodeTensors, encodeTensors, type Tensor, type TensorFile } from './safetensors.ts'
import type { Recorder } from './session.ts'
import type { LossRecord, TrainingState } from './train.ts'
import { toTensors } from './weights.ts'

/** What run.json holds: enough to make the same run again. */
export const runDescriptionSchema = z.object({
  isobath: z.string(),
  network: z.unknown(),
  input: z.array(z.number().int().positive()),
  data: z.object({
    name: z.string(),
    sha256: z.string(),
    train: z.number().int().positive(),
    test: z.number().int().positive(),
    /** The options the data set was loaded with, for those who evaluate the run later. */
    options: z.record(z.string(), z.unknown()),
  }),
  recipe: z.record(z.string(), z.unknown()),
  seed: z.number().int(),
  mode: z.object({ precision: z.string(), exact: z.boolean() }),
  versions: z.record(z.string(), z.string()),
})

export type RunDescription = z.infer<typeof runDescriptionSchema>

const checkpointName = (step: number): string => `checkpoint-${step}.safetensors`
const checkpointPattern = /^checkpoint-(\d+)\.safetensors$/

export interface RunFolder extends Recorder {
  readonly folder: string
  /** Adds what came out at the end. */
  finish(result: object): void
}

/**
 * A run's folder, which nothing is written to before `begin`. Throws a `run` error where there is a run already; its
 * functions throw a `disk` error where nothing can be written.
 */
export function createRunFolder(folder: string, blueprint: Blueprint, description: RunDescription): RunFolder {
  const metrics = join(folder, 'metrics.jsonl')
  const checkpoint = async (state: TrainingState): Promise<void> => {
    writeWhole(join(folder, checkpointName(state.step)), encodeState(blueprint, state))
    dropOldCheckpoints(folder)
  }
  refuseOtherRun(folder)
  return {
    folder,
    begin: async (state) => {
      makeFolder(folder)
      // Once more: another process may have begun a run here while this one compiled.
      refuseOtherRun(folder)
      writeWhole(join(folder, 'run.json'), `${JSON.stringify(description, null, 2)}\n`)
      writeWhole(metrics, '')
      await checkpoint(state)
    },
    checkpoint,
    losses: (records: readonly LossRecord[]) => {
      const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('')
      if (lines) appendText(metrics, lines)
    },
    finish: (result) => writeWhole(join(folder, 'result.json'), `${JSON.stringify(result, null, 2)}\n`),
  }
}

/** A checkpoint without its run.json counts too: it would be taken for one of the new run. */
function refuseOtherRun(folder: string): void {
  const names = existsSync(folder) ? readNames(folder) : []
  if (!names.some((name) => name === 'run.json' || checkpointPattern.test(name))) return
  throw new IsobathError('run', `${folder}: there is a run in this folder already. Choose another one.`)
}

/** None where it is no folder or can't be read: what is wrong with it shows when something is written. */
function readNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function encodeState(blueprint: Blueprint, { step, weights, optimizer, position }: TrainingState): Uint8Array {
  const tensors = new Map<string, Tensor>(toTensors(blueprint, weights))
  for (const [name, { shape, values }] of optimizer) tensors.set(name, { shape, data: Float32Array.from(values) })
  const metadata = { step: String(step), epoch: String(position.epoch), offset: String(position.offset) }
  return encodeTensors({ tensors, metadata })
}

function checkpointSteps(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => checkpointPattern.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/** The last two are kept. */
function dropOldCheckpoints(folder: string): void {
  for (const step of checkpointSteps(folder).slice(0, -2)) rmSync(join(folder, checkpointName(step)), { force: true })
}

export interface StoredRun {
  readonly description: RunDescription
  /** The last one. */
  readonly checkpoint: TensorFile
  readonly checkpointFile: string
  readonly step: number
}

/** A run's description and its last checkpoint. Throws a `run` or `weights` error where the folder holds no whole run. */
export function readRunFolder(folder: string): StoredRun {
  const file = join(folder, 'run.json')
  if (!existsSync(file)) {
    throw new IsobathError(
      'run',
      `${folder}: expected a run's folder with run.json in it. Give the folder that train named.`,
    )
  }
  const parsed = runDescriptionSchema.safeParse(parseJson(file))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new IsobathError('run', `${file}: ${issue.path.join('.')}: ${issue.message}. The file was changed or broken.`)
  }
  const step = checkpointSteps(folder).at(-1)
  if (step === undefined) throw new IsobathError('run', `${folder}: there is no checkpoint. Train again.`)
  const checkpointFile = join(folder, checkpointName(step))
  return { description: parsed.data, checkpoint: readTensorFile(checkpointFile), checkpointFile, step }
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new IsobathError('run', `${file}: expected JSON. The file was changed or broken.`)
  }
}

/** Reads a .safetensors file. Throws a `weights` error. */
export function readTensorFile(file: string): TensorFile {
  let bytes: Uint8Array
  try {
    bytes = readWhole(file)
  } catch (error) {
    throw new IsobathError('weights', `${file}: can't be read (${reasonOf(error)}). Give a .safetensors file.`)
  }
  return decodeTensors(bytes, file)
}
