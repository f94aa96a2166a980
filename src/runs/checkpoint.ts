/** A checkpoint's file: a .safetensors of weights, running statistics and the optimizer's states, with a hash of it all. Node only. */

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
  // Of later versions than the rest.
  measuringSeconds: number.default(0),
  warmedUpAt: whole.optional(),
  sha256: z.string(),
})

export interface Checkpoint {
  readonly file: string
  readonly tensors: TensorFile
  readonly position: TrainingState['position']
  readonly step: number
  readonly warmedUpAt?: number
  readonly time: TimeSpent
}

/** Values to be saved as float32. */
interface Saved {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: ArrayLike<number>
}

/**
 * The file's bytes, in pieces of which each takes the place of the one before: with a large network, a copy of all would
 * count. All values as float32, which is what the compiled program computes in: nothing is lost.
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

/** Of the facts, of the tensors' names and shapes, and of their bytes. */
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

/** Reads a checkpoint. Throws a `weights` error where it isn't whole. */
export function readCheckpoint(file: string): Checkpoint {
  const tensors = readTensorFile(file)
  const { sha256, ...facts } = tensors.metadata
  const metadata = metadataSchema.safeParse(tensors.metadata)
  const named = [...tensors.tensors].map(([name, { shape }]) => ({ name, shape }))
  const bytes = [...tensors.tensors.values()].map(({ data }) => bytesOf(data))
  if (!metadata.success || hashOf(facts, named, bytes) !== sha256) {
    throw new IsobathError(
      'weights',
      `${file}: isn't what was saved: its hash is another. The file was changed or broken.`,
    )
  }
  const { step, epoch, offset, warmedUpAt, seconds, trainingSeconds, measuringSeconds } = metadata.data
  const time = { seconds, trainingSeconds, measuringSeconds }
  return { file, tensors, step, ...(warmedUpAt === undefined ? {} : { warmedUpAt }), position: { epoch, offset }, time }
}

/**
 * What the next step depends on. Other than weights for use these may be not finite: a run that diverged ends the same
 * way again. Throws a `weights` error where the tensors aren't the network's.
 */
export function stateOf(
  blueprint: Blueprint,
  { file, tensors: { tensors }, step, position, warmedUpAt }: Checkpoint,
): TrainingState {
  const weights = new Map<string, Values>()
  for (const { name, shape } of blueprint.parameters) {
    const tensor = tensors.get(name)
    if (tensor?.shape.join() !== shape.join()) {
      const found = tensor ? `one of [${tensor.shape.join(', ')}]` : 'none'
      throw new IsobathError(
        'weights',
        `${file}: expected a tensor ${name} of the shape [${shape.join(', ')}], got ${found}. The folder was changed.`,
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

/** Bytes of a file of tensors: the largest network that can be trained, with the states of its optimizer. */
const LARGEST_FILE = 2 ** 34

/** Reads a .safetensors file. Throws a `weights` error. */
export function readTensorFile(file: string): TensorFile {
  const bytes = readLimited(file, { code: 'weights', limit: LARGEST_FILE, remedy: 'Give a .safetensors file.' })
  return decodeTensors(bytes, file)
}

/** Writes a .safetensors file, and its folder where it is missing. Throws a `disk` error. */
export function writeTensorFile(file: string, content: TensorFile): void {
  makeFolder(dirname(file))
  writeWhole(file, encodeTensors(content))
}
