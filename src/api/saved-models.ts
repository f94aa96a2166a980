/** Reads and writes weights, models and runs on the disk (Node only). */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import type { Statistics } from '../data/standardize.ts'
import { refuseForeignWeights } from '../network/foreign-models.ts'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import type { DataDescription } from '../runs/run-description.ts'
import { checkOptions } from '../support/check-options.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { type Fields, field, pickOptions } from '../support/fields.ts'
import { choice } from '../support/kinds.ts'
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

/** Weights with the blueprint of their network: the results of `createBlueprint` and `initialize`. */
export interface SizedWeights {
  /** Blueprint of the network. */
  readonly blueprint: Blueprint
  /** Values of all parameters and running statistics, by name. */
  readonly weights: Weights
}

/**
 * Writes all parameters and running statistics to a .safetensors file, in float32, and makes the folder of the file if
 * necessary. For a model, such as a run, the file also contains all facts that `loadModel` needs. Returns the SHA-256
 * hash of the weights, in hexadecimal.
 *
 * Throws a `weights` error if the weights don't fit the network, a `disk` error if the file can't be written, and a
 * `platform` error in a browser.
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

/**
 * Reads the weights of a network from a .safetensors file: all parameters and running statistics by name, in the
 * network's order. Throws a `weights` error if the file is missing, is broken or doesn't fit the network, and a
 * `platform` error in a browser.
 */
export async function loadWeights(file: string, blueprint: Blueprint): Promise<Map<string, Float64Array>> {
  checkPath('loadWeights', file)
  refuseForeignWeights(file)
  const { readTensorFile } = await runFiles('loadWeights')
  return fromTensors(blueprint, readTensorFile(file), file)
}

/**
 * Reads the model in a weights file: `predict(await loadModel(file), inputs)`. The file must have been written by
 * `saveWeights` from a run or another model. Throws a `weights` error if the file is missing, is broken or has only
 * weights, and a `platform` error in a browser.
 */
export async function loadModel(file: string): Promise<Model> {
  return modelOr(await findModel(file), file, 'loadWeights')
}

/**
 * Reads the model in a weights file. Returns undefined if the weights file contains no model. Throws a `weights` error
 * if the file is broken.
 */
export async function findModel(file: string): Promise<Model | undefined> {
  checkPath('loadModel', file)
  refuseForeignWeights(file)
  const { readTensorFile } = await runFiles('loadModel')
  return modelOfTensors(readTensorFile(file), file)
}

/** Facts that the folder of a run stores, whether the run is finished or not. */
export interface RunFacts extends ModelFacts {
  /** Description of the network. */
  readonly network: Network
  /** Blueprint of the network, with the shape of each layer and parameter. */
  readonly blueprint: Blueprint
  /** Name that the user gave the network. */
  readonly label: string
  /** Data set of the run: its name, the hash of its samples, and the options with which it was loaded. */
  readonly data: DataDescription
  /** Settings of the training as run.json stores them, without the seed. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Means and standard deviations of the training set, with which all inputs of the network are standardized. */
  readonly statistics: Statistics
  /** Whether the run was computed in exact mode. */
  readonly exact: boolean
  /** Whether the run was computed with Winograd's algorithm. */
  readonly winograd: boolean
  /** Words of the command line that started the run; absent if a program started the run. */
  readonly command?: readonly string[]
}

/** A stored run as a model: `predict(await readRun(folder), inputs)`. */
export interface SavedRun extends RunFacts {
  /** Weights of the last complete checkpoint, or the best weights, by name. */
  readonly weights: Map<string, Float64Array>
  /** Number of updates that made the weights. */
  readonly step: number
  /**
   * Notes about the broken checkpoints after the last complete checkpoint, in one or two sentences for each broken
   * checkpoint. The list of notes is empty if no checkpoint is broken.
   */
  readonly notes: readonly string[]
}

/** Reads only run.json. Throws a `run` or `network` error if the folder holds no run, or if run.json was changed. */
export async function readRunFacts(folder: string): Promise<RunFacts> {
  const { readDescription } = await runFiles('readRunFacts')
  const description = readDescription(folder)
  const { label, data, settings, statistics, mode, command } = description
  const network = networkOfRun(description.network, folder)
  const blueprint = createBlueprint(network, description.input)
  const facts = { ...modelFactsOfRun(description, blueprint), network, blueprint, label, data, settings, statistics }
  return { ...facts, exact: mode.exact, winograd: mode.winograd, ...(command ? { command } : {}) }
}

/** Options of `readRun`. */
export interface ReadRunOptions {
  /**
   * Whether to read the weights with the lowest validation loss instead of the weights of the last checkpoint. False by
   * default.
   */
  readonly best?: boolean
}

/**
 * Reads a run from its folder, with the weights of the last complete checkpoint. The run need not be finished. Throws a
 * `run`, `network` or `weights` error if the folder holds no run, if its files were changed, or if no checkpoint is
 * complete. With the option `best`, throws a `run` error if the run kept no best weights. Throws an `option` error on a
 * bad option, and a `platform` error in a browser.
 */
export async function readRun(folder: string, options: ReadRunOptions = {}): Promise<SavedRun> {
  checkPath('readRun', folder)
  const { best } = pickOptions(readOptions, options)
  checkOptions('readRun', options, { code: 'option', known: Object.keys(readOptions), example: '{ best: true }' })
  const { readBest, readLastCheckpoint } = await runFiles('readRun')
  const facts = await readRunFacts(folder)
  const { found, notes } = best ? { found: readBest(folder) ?? noBest(folder), notes: [] } : readLastCheckpoint(folder)
  const weights = fromTensors(facts.blueprint, found.tensors, found.file)
  return { ...facts, weights, step: found.step, notes }
}

const readOptions = { best: field(choice()) } satisfies Fields

function noBest(folder: string): never {
  throw new IsobathError(
    'run',
    (option) =>
      `${folder}: expected a run that kept its best weights, got a run without a validation set or without evaluations. Train with ${option('validation', 0.1)} and ${option('evaluateEvery', { inCode: '{ epochs: 1 }', asText: 'epoch' })}, or leave ${option('best')} out.`,
  )
}

/**
 * Converts a network that a folder stores as JSON. Throws a `network` error that names the file if the network is
 * invalid.
 */
export function networkOfRun(value: unknown, folder: string, file = 'run.json'): Network {
  try {
    return networkFromJson(value)
  } catch (error) {
    if (error instanceof IsobathError) throw new IsobathError(error.code, `${folder}/${file}: ${error.message}`)
    throw error
  }
}
