/** Weights and runs on disk (Node only). */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import type { Statistics } from '../data/standardize.ts'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import type { DataDescription } from '../runs/run-description.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import type { Weights } from '../training/evaluator.ts'
import type { TensorFile } from '../training/safetensors.ts'
import { checkWeights, fromTensors, hashTensors, toTensors } from '../training/weights.ts'
import { checkPath } from './check-call.ts'
import {
  isModel,
  type Model,
  type ModelFacts,
  modelFactsOfRun,
  modelOfTensors,
  modelOr,
  tensorsOfModel,
} from './model.ts'
import { runFiles } from './node.ts'

/** Weights and the sizes of their network: what `createBlueprint` and `initialize` give. */
export interface SizedWeights {
  readonly blueprint: Blueprint
  readonly weights: Weights
}

/**
 * Writes all parameters and running statistics as float32 .safetensors, and the folder of the file where it is missing;
 * gives the SHA-256 of their bytes. A model, such as a run, is written with all that `loadModel` needs. Throws a `weights`
 * error where they don't fit the network, a `disk` error where they can't be written.
 */
export async function saveWeights(file: string, trained: Model | SizedWeights): Promise<string> {
  checkPath('saveWeights', file)
  const { writeTensorFile } = await runFiles('saveWeights')
  const content = isModel(trained) ? tensorsOfModel(trained) : tensorsOfWeights(trained)
  writeTensorFile(file, content)
  return hashTensors(content.tensors)
}

function tensorsOfWeights(trained: SizedWeights): TensorFile {
  if (typeof trained?.blueprint?.parameters !== 'object' || typeof trained.weights !== 'object') {
    throw new IsobathError(
      'weights',
      `saveWeights: expected a run, another model, or { blueprint, weights }, got ${describeValue(trained)}.`,
    )
  }
  const { blueprint, weights } = trained
  checkWeights(blueprint, weights)
  return { tensors: toTensors(blueprint, weights), metadata: { format: 'isobath' } }
}

/** Reads a file's weights for a network. Throws a `weights` error where the file is broken or doesn't fit. */
export async function loadWeights(file: string, blueprint: Blueprint): Promise<Map<string, Float64Array>> {
  checkPath('loadWeights', file)
  const { readTensorFile } = await runFiles('loadWeights')
  return fromTensors(blueprint, readTensorFile(file), file)
}

/**
 * The model in a weights file that `saveWeights` wrote of a run or of another model: `predict(await loadModel(file), inputs)`.
 * Throws a `weights` error where the file is broken, or has weights alone.
 */
export async function loadModel(file: string): Promise<Model> {
  return modelOr(await findModel(file), file, 'loadWeights')
}

/** The model in a weights file; undefined where the file has weights alone. Throws a `weights` error where it is broken. */
export async function findModel(file: string): Promise<Model | undefined> {
  checkPath('loadModel', file)
  const { readTensorFile } = await runFiles('loadModel')
  return modelOfTensors(readTensorFile(file), file)
}

/** What a run's folder says of the run, whether it has ended or not. */
export interface RunFacts extends ModelFacts {
  readonly network: Network
  readonly blueprint: Blueprint
  /** What the network was called when it was trained. */
  readonly label: string
  /** What it was trained on: the set's name, the hash of its samples, and the options it was loaded with. */
  readonly data: DataDescription
  readonly settings: Readonly<Record<string, unknown>>
  /** Of the training set: other data is to be standardized in the same way. */
  readonly statistics: Statistics
  readonly exact: boolean
  readonly winograd: boolean
}

/** A run's folder as a model: `predict(await readRun(folder), inputs)`. */
export interface SavedRun extends RunFacts {
  /** Of the last checkpoint that is whole. */
  readonly weights: Map<string, Float64Array>
  readonly step: number
  /** What was wrong with checkpoints after this one, a sentence or two each. */
  readonly notes: readonly string[]
}

/** Reads run.json alone. Throws a `run` or `network` error. */
export async function readRunFacts(folder: string): Promise<RunFacts> {
  const { readDescription } = await runFiles('readRunFacts')
  const description = readDescription(folder)
  const { label, data, settings, statistics, mode } = description
  const network = networkOfRun(description.network, folder)
  const blueprint = createBlueprint(network, description.input)
  const facts = { ...modelFactsOfRun(description, blueprint), network, blueprint, label, data, settings, statistics }
  return { ...facts, exact: mode.exact, winograd: mode.winograd }
}

/** Opens a run's folder. Throws a `run`, `network` or `weights` error where there is no whole run. */
export async function readRun(folder: string): Promise<SavedRun> {
  checkPath('readRun', folder)
  const { readLastCheckpoint } = await runFiles('readRun')
  const facts = await readRunFacts(folder)
  const { found, notes } = readLastCheckpoint(folder)
  const weights = fromTensors(facts.blueprint, found.tensors, found.file)
  return { ...facts, weights, step: found.step, notes }
}

/** The network of a description. Throws a `network` error that names the file. */
export function networkOfRun(value: unknown, folder: string, file = 'run.json'): Network {
  try {
    return networkFromJson(value)
  } catch (error) {
    if (error instanceof IsobathError) throw new IsobathError(error.code, `${folder}/${file}: ${error.message}`)
    throw error
  }
}
