/**
 * A run's folder: `run.json` says what runs, `metrics.jsonl` has a line for each logged step, `checkpoint-STEP.safetensors`
 * the weights and all that the next step depends on. Files are written under a temporary name and renamed, so that a
 * file that is there is whole.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { velocityName } from '../graph/programs.ts'
import { IsobathError } from '../support/errors.ts'
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

function orDiskError<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof IsobathError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new IsobathError('disk', `${file}: can't be written (${reason}). Free some space or choose another folder.`)
  }
}

/** Node reads and writes at most 2 GiB at once. */
const pieceBytes = 2 ** 28

function writeInPieces(file: string, content: Uint8Array): void {
  const descriptor = openSync(file, 'w')
  try {
    for (let offset = 0; offset < content.length; ) {
      offset += writeSync(descriptor, content, offset, Math.min(pieceBytes, content.length - offset))
    }
  } finally {
    closeSync(descriptor)
  }
}

function readInPieces(file: string): Uint8Array {
  const descriptor = openSync(file, 'r')
  try {
    const content = new Uint8Array(fstatSync(descriptor).size)
    let offset = 0
    while (offset < content.length) {
      const count = readSync(descriptor, content, offset, Math.min(pieceBytes, content.length - offset), offset)
      if (count === 0) break
      offset += count
    }
    return content.subarray(0, offset)
  } finally {
    closeSync(descriptor)
  }
}

/** Writes a file whole or not at all. Throws a `disk` error. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const temporary = `${file}.partial`
  orDiskError(file, () => {
    try {
      writeInPieces(temporary, typeof content === 'string' ? new TextEncoder().encode(content) : content)
      renameSync(temporary, file)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  })
}

export interface RunFolder extends Recorder {
  readonly folder: string
  /** Adds what came out at the end. */
  finish(result: object): void
}

/** Starts a run's folder. Throws a `run` error where there is a run already, a `disk` error where nothing can be written. */
export function createRunFolder(folder: string, blueprint: Blueprint, description: RunDescription): RunFolder {
  if (existsSync(join(folder, 'run.json'))) {
    throw new IsobathError('run', `${folder}: there is a run in this folder already. Choose another one.`)
  }
  orDiskError(folder, () => mkdirSync(folder, { recursive: true }))
  writeWhole(join(folder, 'run.json'), `${JSON.stringify(description, null, 2)}\n`)
  const metrics = join(folder, 'metrics.jsonl')
  writeWhole(metrics, '')
  return {
    folder,
    checkpoint: async (state) => {
      writeWhole(join(folder, checkpointName(state.step)), encodeState(blueprint, state))
      dropOldCheckpoints(folder)
    },
    losses: (records: readonly LossRecord[]) => {
      const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('')
      if (lines) orDiskError(metrics, () => appendFileSync(metrics, lines))
    },
    finish: (result) => writeWhole(join(folder, 'result.json'), `${JSON.stringify(result, null, 2)}\n`),
  }
}

function encodeState(blueprint: Blueprint, { step, weights, velocities, position }: TrainingState): Uint8Array {
  const tensors = new Map<string, Tensor>(toTensors(blueprint, weights))
  for (const { name, shape } of blueprint.parameters) {
    const velocity = velocities.get(name)
    if (velocity) tensors.set(velocityName(name), { shape, data: Float32Array.from(velocity) })
  }
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

/** A run's description and its last checkpoint. Throws a `run` or `weights` error where the folder holds no whole run. */
export function readRunFolder(folder: string): { description: RunDescription; checkpoint: TensorFile; step: number } {
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
  return { description: parsed.data, checkpoint: readTensorFile(join(folder, checkpointName(step))), step }
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
    bytes = readInPieces(file)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new IsobathError('weights', `${file}: can't be read (${reason}). Give a .safetensors file or a run's folder.`)
  }
  return decodeTensors(bytes, basename(file))
}
