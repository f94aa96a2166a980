/**
 * The file of a checkpoint: a .safetensors file with weights, running statistics and states of the optimizer, and a
 * hash of all of its content. Node only.
 */
import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { Values } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { isOptimizerState } from '../graph/programs.ts'
import { IsobathError } from '../support/errors.ts'
import { makeFolder, readLimited, writeWhole } from '../support/files.ts'
import {
  bytesOf,
  decodeTensors,
  encodeHeader,
  encodeTensors,
  float32Pieces,
  type TensorFile,
} from '../training/safetensors.ts'
import type { OptimizerState, TrainingState } from '../training/state.ts'
import type { TimeSpent } from '../training/stopwatch.ts'

const number = z.string().transform(Number).pipe(z.number().nonnegative())
const whole = number.pipe(z.number().int())

const metadataSchema = z.object({
  step: whole,
  epoch: whole,
  offset: whole,
  seconds: number,
  trainingSeconds: number,
  // Checkpoints of older versions have neither `measuringSeconds` nor `warmedUpAt`.
  measuringSeconds: number.default(0),
  warmedUpAt: whole.optional(),
  sha256: z.string(),
})

export interface Checkpoint {
  /** Path of the checkpoint's file. */
  readonly file: string
  readonly tensors: TensorFile
  readonly position: TrainingState['position']
  readonly step: number
  readonly warmedUpAt?: number
  readonly time: TimeSpent
}

/** Values of a tensor that a checkpoint stores as float32. */
interface Saved {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: ArrayLike<number>
}

/**
 * Yields the bytes of a checkpoint's file, piece by piece. Each piece overwrites the memory of the previous piece,
 * because a copy of a large network would need much memory. All values of a checkpoint are stored as float32. A
 * checkpoint loses no precision, because the compiled program computes in float32.
 */
export function* encodeCheckpoint(blueprint: Blueprint, state: TrainingState, time: TimeSpent): Generator<Uint8Array> {
  const { step, weights, optimizer, position, warmedUpAt } = state
  const saved: Saved[] = [
    ...blueprint.parameters.map(({ name, shape }) => ({ name, shape, values: weights.get(name) ?? [] })),
    ...[...optimizer].map(([name, { shape, values }]) => ({ name, shape, values })),
  ]
  const facts = {
    step: String(step),
    epoch: String(position.epoch),
    offset: String(position.offset),
    seconds: String(time.seconds),
    trainingSeconds: String(time.trainingSeconds),
    ...(time.measuringSeconds === 0 ? {} : { measuringSeconds: String(time.measuringSeconds) }),
    ...(warmedUpAt === undefined ? {} : { warmedUpAt: String(warmedUpAt) }),
  }
  const pieces = function* (): Generator<Uint8Array> {
    for (const { values } of saved) yield* float32Pieces(values)
  }
  const metadata = { ...facts, sha256: hashOf(facts, saved, pieces()) }
  yield encodeHeader(
    saved.map(({ name, shape, values }) => ({ name, shape, dtype: 'F32', bytes: 4 * values.length })),
    metadata,
  )
  yield* pieces()
}

/** Computes the SHA-256 hash of a checkpoint's facts, of its tensors' names and shapes, and of its tensors' bytes. */
function hashOf(
  facts: Readonly<Record<string, string>>,
  tensors: readonly Pick<Saved, 'name' | 'shape'>[],
  bytes: Iterable<Uint8Array>,
): string {
  const shapes = tensors.map(({ name, shape }) => [name, shape])
  const hash = createHash('sha256').update(JSON.stringify([facts, shapes]))
  for (const piece of bytes) hash.update(piece)
  return hash.digest('hex')
}

/** Reads a checkpoint. Throws a `weights` error if the checkpoint's file is missing, incomplete or changed. */
export function readCheckpoint(file: string): Checkpoint {
  const tensors = readTensorFile(file)
  const { sha256, ...facts } = tensors.metadata
  const metadata = metadataSchema.safeParse(tensors.metadata)
  const named = [...tensors.tensors].map(([name, { shape }]) => ({ name, shape }))
  const bytes = [...tensors.tensors.values()].map(({ data }) => bytesOf(data))
  if (!metadata.success || hashOf(facts, named, bytes) !== sha256) {
    throw new IsobathError(
      'weights',
      `${file}: expected content that matches the hash in the file, got other content. The file was changed or broken.`,
    )
  }
  const { step, epoch, offset, warmedUpAt, seconds, trainingSeconds, measuringSeconds } = metadata.data
  const time = { seconds, trainingSeconds, measuringSeconds }
  return { file, tensors, step, ...(warmedUpAt === undefined ? {} : { warmedUpAt }), position: { epoch, offset }, time }
}

/**
 * Converts a checkpoint to the state from which the next step runs. The values of a checkpoint may be infinite or NaN,
 * so that a diverged run ends in the same way after it is resumed. Throws a `weights` error if the checkpoint's tensors
 * don't fit the network.
 */
export function stateOf(
  blueprint: Blueprint,
  { file, tensors: { tensors }, step, position, warmedUpAt }: Checkpoint,
): TrainingState {
  const weights = new Map<string, Values>()
  for (const { name, shape } of blueprint.parameters) {
    const tensor = tensors.get(name)
    if (tensor?.shape.join() !== shape.join()) {
      const found = tensor ? `the shape [${tensor.shape.join(', ')}]` : 'no such tensor'
      throw new IsobathError(
        'weights',
        `${file}: expected a tensor ${name} of shape [${shape.join(', ')}], got ${found}. The folder was changed.`,
      )
    }
    weights.set(name, tensor.data)
  }
  const optimizer = new Map<string, OptimizerState>()
  for (const [name, { shape, data }] of tensors) {
    if (isOptimizerState(name)) optimizer.set(name, { shape, values: data })
  }
  return { step, weights, optimizer, position, ...(warmedUpAt === undefined ? {} : { warmedUpAt }) }
}

/**
 * Largest size of a .safetensors file that is read, in bytes. A file of this size has room for the largest network that
 * can be trained, with its optimizer states.
 */
const LARGEST_FILE = 2 ** 34

/** Reads a .safetensors file. Throws a `weights` error if the file can't be read or is broken. */
export function readTensorFile(file: string): TensorFile {
  const bytes = readLimited(file, { code: 'weights', limit: LARGEST_FILE, remedy: 'Give a .safetensors file.' })
  return decodeTensors(bytes, file)
}

/**
 * Writes a .safetensors file, and makes its folder if necessary. Throws a `disk` error if the file can't be written.
 */
export function writeTensorFile(file: string, content: TensorFile): void {
  makeFolder(dirname(file))
  writeWhole(file, encodeTensors(content))
}
