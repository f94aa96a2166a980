/** Weights and runs on disk (Node only; loaded when asked for, so that the rest works in a browser). */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import type { Weights } from '../training/evaluate.ts'
import { encodeTensors } from '../training/safetensors.ts'
import { fromTensors, hashTensors, toTensors } from '../training/weights.ts'

/** Writes all parameters and running statistics as float32 .safetensors; gives the SHA-256 of their bytes. */
export async function writeWeights(file: string, blueprint: Blueprint, weights: Weights): Promise<string> {
  const { writeWhole } = await import('../training/run-folder.ts')
  const tensors = toTensors(blueprint, weights)
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
  readonly data: { readonly name: string; readonly sha256: string; readonly options: Readonly<Record<string, unknown>> }
  readonly recipe: Readonly<Record<string, unknown>>
}

/** Opens a run's folder. Throws a `run` or `weights` error where there is no whole run. */
export async function readRun(folder: string): Promise<SavedRun> {
  const { readRunFolder } = await import('../training/run-folder.ts')
  const { description, checkpoint, step } = readRunFolder(folder)
  const network = networkFromJson(description.network)
  const blueprint = createBlueprint(network, description.input)
  const weights = fromTensors(blueprint, checkpoint, folder)
  const { data, recipe } = description
  return { network, blueprint, weights, step, data, recipe }
}
