/** Weights and runs on disk (Node only; loaded when asked for, so that the rest works in a browser). */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import { IsobathError } from '../support/errors.ts'
import type { Weights } from '../training/evaluate.ts'
import { encodeTensors } from '../training/safetensors.ts'
import { checkWeights, fromTensors, hashTensors, toTensors } from '../training/weights.ts'

/**
 * Writes all parameters and running statistics as float32 .safetensors, and the folder of the file where it is missing;
 * gives the SHA-256 of their bytes. Throws a `weights` error where they don't fit the network, a `disk` error where they
 * can't be written.
 */
export async function writeWeights(file: string, blueprint: Blueprint, weights: Weights): Promise<string> {
  const { makeFolder, writeWhole } = await import('../support/files.ts')
  const { dirname } = await import('node:path')
  checkWeights(blueprint, weights)
  const tensors = toTensors(blueprint, weights)
  makeFolder(dirname(file))
  writeWhole(file, encodeTensors({ tensors, metadata: { format: 'isobath' } }))
  return hashTensors(tensors)
}

/** Reads a file's weights for a network. Throws a `weights` error where the file is broken or doesn't fit. */
export async function readWeights(file: string, blueprint: Blueprint): Promise<Map<string, Float64Array>> {
  const { readTensorFile } = await import('../training/run-folder.ts')
  return fromTensors(blueprint, readTensorFile(file), file)
}

export interface SavedRun {
  readonly network: Network
  readonly blueprint: Blueprint
  /** Of the last checkpoint. */
  readonly weights: Map<string, Float64Array>
  readonly step: number
  /** What it was trained on: the set's name, the hash of its samples, and the options it was loaded with. */
  readonly data: { readonly name: string; readonly sha256: string; readonly options: Readonly<Record<string, unknown>> }
  readonly recipe: Readonly<Record<string, unknown>>
  readonly exact: boolean
}

/** Opens a run's folder. Throws a `run`, `network` or `weights` error where there is no whole run. */
export async function readRun(folder: string): Promise<SavedRun> {
  const { readRunFolder } = await import('../training/run-folder.ts')
  const { description, checkpoint, checkpointFile, step } = readRunFolder(folder)
  const network = networkOf(description.network, folder)
  const blueprint = createBlueprint(network, description.input)
  const weights = fromTensors(blueprint, checkpoint, checkpointFile)
  const { data, recipe, mode } = description
  return { network, blueprint, weights, step, data, recipe, exact: mode.exact }
}

function networkOf(value: unknown, folder: string): Network {
  try {
    return networkFromJson(value)
  } catch (error) {
    if (error instanceof IsobathError) throw new IsobathError(error.code, `${folder}/run.json: ${error.message}`)
    throw error
  }
}
