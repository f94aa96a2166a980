/** What a trained network says of each sample. */
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
import { createEvaluator, type Weights } from '../training/evaluator.ts'
import { checkOutputs } from '../training/targets.ts'
import { checkWeights } from '../training/weights.ts'
import { callOptions } from './call-options.ts'
import { checkTrainedCall, namesOf } from './check-call.ts'
import { isModel, type Model } from './model.ts'
import { standardizerFor } from './standardizer.ts'
import { checkMachineChoice, type MachineChoice, machineChoice, withMachine } from './with-machine.ts'

export const setNames = ['train', 'validation', 'test'] as const
export type SetName = (typeof setNames)[number]

export interface PredictOptions extends MachineChoice, Pick<TrainingOptions, 'loss' | 'standardize'> {
  readonly data: Dataset
  /** Which of its samples; test by default. */
  readonly set?: SetName
  /** All parameters and running statistics, by name. */
  readonly weights: Weights
  /** Of the data that the weights were trained on, as a run keeps them; those of this training set by default. */
  readonly statistics?: Statistics
  /** Called now and then with the samples that are done, of how many. */
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
  /** Samples. */
  readonly count: number
  /** Numbers for each sample. */
  readonly width: number
  /** `count * width` numbers, sample after sample. */
  readonly values: Float64Array
}

export interface ClassPredictions extends PredictedSamples {
  readonly task: 'classification'
  /** Probabilities where the loss is the cross-entropy, else the network's outputs: about 1 for the class and 0 for the others. */
  readonly kind: 'probabilities' | 'outputs'
  /** The number of the likeliest class for each sample. */
  readonly classes: Uint32Array
  readonly digits?: undefined
}

export interface ValuePredictions extends PredictedSamples {
  /** Values are in the targets' own units; in autoencoding, in those of the samples' own values (bytes: 0 to 255). */
  readonly task: 'regression' | 'autoencoding'
  readonly kind: 'values'
  /** The significant digits that each value is worth, more than 7 where the mean is large beside the deviation. */
  readonly digits?: readonly number[]
  readonly classes?: undefined
}

/** What a network says of samples; its `task` says of which kind. */
export type Predictions = ClassPredictions | ValuePredictions

export interface ModelPredictOptions extends MachineChoice {
  /** Called now and then with the samples that are done, of how many. */
  readonly onProgress?: (done: number, samples: number) => void
}

const modelOptionNames = namesOf<ModelPredictOptions>({ ...machineChoice, onProgress: true })

/**
 * Predictions of a model for samples that are rows of numbers, or one array with all rows after each other, in the units of
 * the training: `predict(run, [[5.1, 3.5], [4.9, 3.0]])`. Models are runs, and what `loadModel` and `readRun` give. Throws a
 * `data` error that says which sample is wrong.
 */
export function predict(model: Model, inputs: OwnInputs, options?: ModelPredictOptions): Promise<Predictions>
/**
 * Predictions for a set of samples, standardized by the given statistics or by those of the data's training set. Throws an
 * IsobathError `network`, `weights` or `data` where these don't fit each other, `option` on a bad option.
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
      'predict: expected a model to predict inputs with, got a network. Give a run, or what loadModel gives.',
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

/** Standardized values are float32, in which one far from the training's values is no number any more. */
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
    `inputs: ${place}: expected a value near those of the training, got ${inputs[wrong]}, which is too far from them to be computed.`,
  )
}

/** Bytes where the network was trained on bytes. */
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
  const classes = Uint32Array.from(rows, largest)
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
    (option) => `${option('set')}: ${data.name} has no samples for validation. Hold some out, or choose train or test.`,
  )
}

function largest(row: Float64Array): number {
  let best = 0
  for (let output = 1; output < row.length; output++) if (row[output] > row[best]) best = output
  return best
}

/** The scale may have a mean and deviation for each value or for each group of neighbors. */
function restoreUnits(row: Float64Array, { mean, deviation }: Scale): void {
  const group = row.length / mean.length
  row.forEach((value, index) => {
    const at = Math.floor(index / group)
    row[index] = value * deviation[at] + mean[at]
  })
}
