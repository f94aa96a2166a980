/** Predicts the class or the values of samples with a trained network. */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { checkInputs } from '../data/check-samples.ts'
import { type Dataset, type Samples, type Task, taskOf } from '../data/dataset.ts'
import { numbersOf, type OwnInputs } from '../data/own-arrays.ts'
import { type Scale, type Standardizer, type Statistics, standardizerOf } from '../data/standardize.ts'
import { type LossName, losses } from '../graph/losses.ts'
import type { Network } from '../network/network.ts'
import { resolveOptions } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'
import { checkOptions } from '../support/check-options.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { pickOptions } from '../support/fields.ts'
import { warnOfOldName, withCurrentNames } from '../support/renamed.ts'
import { largestOutput } from '../training/decision.ts'
import { createEvaluator, type Weights } from '../training/evaluator.ts'
import { checkOutputs } from '../training/targets.ts'
import { checkWeights } from '../training/weights.ts'
import { callOptions } from './call-options.ts'
import { checkTrainedCall, namesOf } from './check-call.ts'
import { isModel, type Model } from './model.ts'
import { standardizerFor } from './standardizer.ts'
import { checkMachineChoice, type MachineChoice, machineChoice, withMachine } from './with-machine.ts'

/** Names of the sets of samples in a data set. */
export const setNames = ['train', 'validation', 'test'] as const

/** Name of a set of samples in a data set. */
export type SetName = (typeof setNames)[number]

/**
 * Options of `predict` for a network and a data set. The options `loss` and `standardize` must have the same values as
 * in the training.
 */
export interface PredictOptions extends MachineChoice, Pick<TrainingOptions, 'loss' | 'standardize'> {
  /** The data set with the samples to predict. The samples to predict need no labels. */
  readonly data: Dataset
  /** The set of samples to predict, `test` by default. */
  readonly set?: SetName
  /** Values of all parameters and running statistics by name: the weights of a run, or the result of `loadWeights`. */
  readonly weights: Weights
  /**
   * Statistics of the data on which the weights were trained, such as `run.statistics`. The statistics are used to
   * standardize the samples. By default, the statistics are computed from the training set of `data`.
   */
  readonly statistics?: Statistics
  /** Called repeatedly with the number of samples predicted so far and the number of all samples to predict. */
  readonly onProgress?: (done: number, samples: number) => void
}

const optionNames = namesOf<PredictOptions>({
  ...machineChoice,
  data: true,
  set: true,
  weights: true,
  loss: true,
  standardize: true,
  statistics: true,
  onProgress: true,
})

interface PredictedSamples {
  /** Number of samples. */
  readonly count: number
  /** Number of predicted values for each sample, which is the number of the network's outputs. */
  readonly width: number
  /** Predicted values of all samples, sample after sample: `count * width` numbers. */
  readonly values: Float64Array
}

/** Predictions of a classification. */
export interface ClassPredictions extends PredictedSamples {
  readonly task: 'classification'
  /**
   * Meaning of the numbers in `values`. `probabilities`: the probability of each class, if the loss is the
   * cross-entropy. `outputs`: the outputs of the network, if the loss isn't the cross-entropy. The output is about 1
   * for the predicted class and about 0 for every other class.
   */
  readonly kind: 'probabilities' | 'outputs'
  /** Index of the most likely class of each sample, counted from 0. */
  readonly classes: Uint32Array
  readonly digits?: undefined
}

/** Predictions of a regression or an autoencoder. */
export interface ValuePredictions extends PredictedSamples {
  /**
   * Task of the network. The values of a regression are in the units of the targets. The values of an autoencoder are
   * in the units of the samples, such as 0 to 255 for bytes.
   */
  readonly task: 'regression' | 'autoencoding'
  readonly kind: 'values'
  /**
   * Number of significant digits that are useful for printing the values of each target, from 7 to 15. A target needs
   * more than 7 digits if its mean is large compared with its standard deviation. Regression only.
   */
  readonly digits?: readonly number[]
  readonly classes?: undefined
}

/** Predictions of a network for samples. The field `task` says whether the predictions are classes or values. */
export type Predictions = ClassPredictions | ValuePredictions

/** Options of `predict` for a model and rows of inputs. */
export interface ModelPredictOptions extends MachineChoice {
  /** Called repeatedly with the number of samples predicted so far and the number of all samples. */
  readonly onProgress?: (done: number, samples: number) => void
}

const modelOptionNames = namesOf<ModelPredictOptions>({ ...machineChoice, onProgress: true })

/**
 * Predicts samples with a model: `predict(run, [[5.1, 3.5], [4.9, 3.0]])`. The model is a run or the result of
 * `loadModel`, `decodeModel` or `readRun`.
 *
 * `inputs`: one row of numbers for each sample, or one array with all rows one after the other. The inputs are in the
 * units of the training data, and the row of a sample is in row-major order of the shape `model.input`.
 *
 * Throws a `data` error that names the invalid sample, or a `weights` error if the weights of the model don't fit its
 * network. Throws an `option` error if an option is unknown or invalid, and a `memory` error if a batch doesn't fit
 * into memory.
 */
export function predict(model: Model, inputs: OwnInputs, options?: ModelPredictOptions): Promise<Predictions>
/**
 * Predicts a set of samples with a network and its weights:
 * `predict(network, { data, set: 'test', weights: run.weights, statistics: run.statistics })`.
 *
 * Throws a `network`, `weights` or `data` error if the network, the weights and the data don't fit each other. Throws
 * an `option` error if an option is unknown or invalid, and a `memory` error if a batch doesn't fit into memory.
 */
export function predict(network: Network, options: PredictOptions): Promise<Predictions>
export async function predict(
  trained: Model | Network,
  given: OwnInputs | PredictOptions,
  options?: ModelPredictOptions,
): Promise<Predictions> {
  if (isModel(trained)) return predictInputs(trained, given, options ?? {})
  if (!isOptions(given)) {
    throw new IsobathError(
      'option',
      'predict: expected a model for these inputs, got a network. Give a run or the result of loadModel.',
    )
  }
  return predictSet(trained, given)
}

const isOptions = (given: OwnInputs | PredictOptions): given is PredictOptions =>
  !Array.isArray(given) && !ArrayBuffer.isView(given)

async function predictInputs(model: Model, given: unknown, options: ModelPredictOptions): Promise<Predictions> {
  checkOptions('predict', options, { code: 'option', known: modelOptionNames, example: '{ threads: 2 }' })
  pickOptions({ onProgress: callOptions.onProgress }, options)
  checkMachineChoice(options)
  const { network, input, weights, statistics, loss, task } = model
  const blueprint = createBlueprint(network, input)
  checkWeights(blueprint, weights)
  const size = sizeOf(input)
  const inputs = likeTraining(numbersOf(given, 'inputs', size), statistics, size)
  const samples = { count: inputs.length / size, inputs, labels: new Uint8Array(0) }
  checkInputs(samples, size)
  checkNear(inputs, statistics, size)
  const standardizer = standardizerOf(statistics, input)
  return predictSamples({ blueprint, weights, samples, standardizer, loss, task }, options)
}

/**
 * Throws a `data` error if a value is so far from the values of the training set that its standardized value is not
 * finite in float32.
 */
function checkNear(inputs: Samples['inputs'], { bytes, inputs: { mean, deviation } }: Statistics, size: number): void {
  if (bytes) return
  const width = size / mean.length
  const groupOf = (at: number): number => Math.floor((at % size) / width)
  const isFar = (value: number, at: number): boolean =>
    !Number.isFinite(Math.fround((value - mean[groupOf(at)]) / deviation[groupOf(at)]))
  const wrong = inputs.findIndex(isFar)
  if (wrong < 0) return
  const place = `sample ${Math.floor(wrong / size)}, value ${wrong % size}`
  throw new IsobathError(
    'data',
    `inputs: ${place}: expected a value near the values of the training set, got ${inputs[wrong]}, which is too far away for float32.`,
  )
}

/** Converts inputs to bytes if the network was trained on bytes, and otherwise to float32. */
function likeTraining(inputs: Samples['inputs'], { bytes }: Statistics, size: number): Samples['inputs'] {
  if (inputs instanceof Uint8Array === bytes) return inputs
  if (!bytes) return Float32Array.from(inputs)
  const wrong = inputs.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value <= 255))
  if (wrong < 0) return Uint8Array.from(inputs)
  throw new IsobathError(
    'data',
    `inputs: sample ${Math.floor(wrong / size)}, value ${wrong % size}: expected a byte (a whole number from 0 to 255), as in the training, got ${inputs[wrong]}.`,
  )
}

async function predictSet(network: Network, options: PredictOptions): Promise<Predictions> {
  checkTrainedCall(options ?? {}, optionNames)
  checkMachineChoice(options)
  const { data, weights, loss, standardize, statistics } = withCurrentNames(options, warnOfOldName)
  const blueprint = createBlueprint(network, data.shape)
  checkOutputs(blueprint, data)
  checkWeights(blueprint, weights)
  const task = taskOf(data)
  const settings = resolveOptions({ loss, standardize }, data.train.count, task)
  const standardizer = standardizerFor(data, settings.standardize, statistics)
  const samples = samplesOf(data, options.set)
  return predictSamples({ blueprint, weights, samples, standardizer, loss: settings.loss, task }, options)
}

interface Predicting {
  readonly blueprint: Blueprint
  readonly weights: Weights
  readonly samples: Samples
  readonly standardizer: Standardizer
  readonly loss: LossName
  readonly task: Task
}

async function predictSamples(
  { blueprint, weights, samples, standardizer, loss, task }: Predicting,
  options: ModelPredictOptions,
): Promise<Predictions> {
  const { onProgress } = options
  const { count } = samples
  const width = sizeOf(blueprint.output)
  const values = new Float64Array(count * width)
  await withMachine(options, async (machine) => {
    const evaluator = await createEvaluator(blueprint, await machine.backend(), count)
    try {
      evaluator.load(weights)
      const take = (outputs: Float64Array, first: number): void => values.set(outputs, first * width)
      await evaluator.eachOutput(samples, standardizer, take, (done) => onProgress?.(done, count))
    } finally {
      evaluator.dispose()
    }
  })
  const rows = Array.from({ length: count }, (_, row) => values.subarray(row * width, (row + 1) * width))
  const facts = { count, width, values }
  if (task !== 'classification') {
    const scale = task === 'regression' ? standardizer.statistics.targets : standardizer.statistics.inputs
    for (const row of rows) restoreUnits(row, scale)
    return { ...facts, task, kind: 'values', digits: task === 'regression' ? digitsOf(scale) : undefined }
  }
  const classes = Uint32Array.from(rows, largestOutput)
  const { probabilities } = losses[loss].classes
  if (probabilities === null) return { ...facts, task, kind: 'outputs', classes }
  for (const row of rows) probabilities(row)
  return { ...facts, task, kind: 'probabilities', classes }
}

function digitsOf({ mean, deviation }: Scale): number[] {
  return Array.from(mean, (value, k) => {
    const more = Math.ceil(Math.log10(Math.abs(value) / deviation[k])) - 3
    return 7 + Math.min(8, Math.max(0, more))
  })
}

function samplesOf(data: Dataset, set: SetName = 'test') {
  if (!setNames.includes(set)) {
    throw new IsobathError(
      'option',
      `set: expected one of ${setNames.join(', ')}, got ${typeof set === 'string' ? set : describeValue(set)}.`,
    )
  }
  const samples = data[set]
  if (samples) return samples
  throw new IsobathError(
    'option',
    (option) =>
      `${option('set')}: expected a set with samples, got validation, which is empty in ${data.name}. Hold out samples for validation, or choose train or test.`,
  )
}

/**
 * Converts standardized values back to the units of the data. `scale` has a mean and a standard deviation for each
 * group of consecutive values.
 */
function restoreUnits(row: Float64Array, { mean, deviation }: Scale): void {
  const group = row.length / mean.length
  row.forEach((value, index) => {
    const at = Math.floor(index / group)
    row[index] = value * deviation[at] + mean[at]
  })
}
