/** Writes and reads the weights of a trial, without loss of precision. Node only. */
import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { makeFolder, readWhole, writeWhole } from '../support/files.ts'
import type { Weights } from '../training/evaluator.ts'
import { decodeTensors, encodeTensors, type Tensor } from '../training/safetensors.ts'

interface TrainedWeights {
  readonly blueprint: Blueprint
  readonly weights: Weights
}

/**
 * Writes the weights of a trial to a file and returns the SHA-256 hash of the file. Throws a `disk` error if the file
 * can't be written.
 */
export function writeTrialWeights(file: string, { blueprint, weights }: TrainedWeights): string {
  const tensors = new Map(
    blueprint.parameters.map(({ name, shape }): [string, Tensor] => {
      return [name, { shape, data: floatsOf(weights.get(name) ?? []) }]
    }),
  )
  const bytes = encodeTensors({ tensors, metadata: { format: 'isobath' } })
  makeFolder(dirname(file))
  writeWhole(file, bytes)
  return hashOf(bytes)
}

/**
 * Returns the values in their own precision: float32 for weights from the training, and float64 for recomputed
 * statistics of batch norm.
 */
function floatsOf(values: ArrayLike<number>): Tensor['data'] {
  return values instanceof Float32Array || values instanceof Float64Array ? values : Float64Array.from(values)
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Reads the weights of a trial. Returns undefined if the file is missing or its hash isn't `sha256`. */
export function readTrialWeights(file: string, sha256: string): Map<string, Tensor['data']> | undefined {
  let bytes: Uint8Array
  try {
    bytes = readWhole(file)
  } catch {
    return undefined
  }
  if (hashOf(bytes) !== sha256) return undefined
  return new Map([...decodeTensors(bytes, file).tensors].map(([name, { data }]) => [name, data]))
}
