/** What a trained network says of each sample. */
import { createBlueprint } from '../blueprint/create.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { type Dataset, type Task, taskOf } from '../data/dataset.ts'
import type { Scale, Statistics } from '../data/standardise.ts'
import { losses } from '../graph/losses.ts'
import type { Network } from '../network/network.ts'
import { resolveOptions } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'
import { IsobathError } from '../support/errors.ts'
import { foundText } from '../support/found.ts'
import { createEvaluator, type Weights } from '../training/evaluate.ts'
import { checkOutputs } from '../training/targets.ts'
import { checkWeights } from '../training/weights.ts'
import { checkTrainedCall } from './check-call.ts'
import { standardiserFor } from './standardiser.ts'
import { checkMachineChoice, type MachineChoice, withMachine } from './with-machine.ts'

export const setNames = ['train', 'validation', 'test'] as const
export type SetName = (typeof setNames)[number]

export interface PredictOptions extends MachineChoice, Pick<TrainingOptions, 'loss' | 'standardise'> {
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

export interface Predictions {
  readonly task: Task
  /** Samples. */
  readonly count: number
  /** Numbers for each sample. */
  readonly width: number
  /**
   * What the numbers are. Classes: probabilities where the loss is the cross-entropy, else the network's outputs, about 1
   * for the class and 0 for the others. Values are in the targets' own units; in autoencoding, in those of the samples' own
   * values (bytes: 0 to 255).
   */
  readonly kind: 'probabilities' | 'outputs' | 'values'
  /** `count * width` numbers, sample after sample. */
  readonly values: Float64Array
  /** Values: the significant digits that each is worth, more than 7 where the mean is large beside the deviation. */
  readonly digits?: readonly number[]
  /** Classes: the number of the likeliest one for each sample. */
  readonly classes?: Uint32Array
}

/**
 * Predictions for a set of samples, standardised by the given statistics or by those of the data's training set. Throws an
 * IsobathError `network`, `weights` or `data` where these don't fit each other, `option` on a bad option.
 */
export async function predict(network: Network, options: PredictOptions): Promise<Predictions> {
  checkTrainedCall(options ?? {})
  checkMachineChoice(options)
  const { data, weights, loss, standardise, statistics, onProgress } = options
  const blueprint = createBlueprint(network, data.shape)
  checkOutputs(blueprint, data)
  checkWeights(blueprint, weights)
  const task = taskOf(data)
  const settings = resolveOptions({ loss, standardise }, data.train.count, task)
  const standardiser = standardiserFor(data, settings.standardise, statistics)
  const samples = samplesOf(data, options.set)
  const width = sizeOf(blueprint.output)
  const values = new Float64Array(samples.count * width)
  await withMachine(options, async (machine) => {
    const evaluator = await createEvaluator(blueprint, await machine.backend(), samples.count)
    try {
      evaluator.load(weights)
      const take = (outputs: Float64Array, first: number): void => values.set(outputs, first * width)
      await evaluator.eachOutput(samples, standardiser, take, (done) => onProgress?.(done, samples.count))
    } finally {
      evaluator.dispose()
    }
  })
  const rows = Array.from({ length: samples.count }, (_, row) => values.subarray(row * width, (row + 1) * width))
  const facts = { task, count: samples.count, width, values }
  if (task !== 'classification') {
    const scale = task === 'regression' ? standardiser.statistics.targets : standardiser.statistics.inputs
    for (const row of rows) restoreUnits(row, scale)
    return { ...facts, kind: 'values', digits: task === 'regression' ? digitsOf(scale) : undefined }
  }
  const classes = Uint32Array.from(rows, largest)
  const { probabilities } = losses[settings.loss].classes
  if (probabilities === null) return { ...facts, kind: 'outputs', classes }
  for (const row of rows) probabilities(row)
  return { ...facts, kind: 'probabilities', classes }
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
      `set: expected one of ${setNames.join(', ')}, got ${typeof set === 'string' ? set : foundText(set)}.`,
    )
  }
  const samples = data[set]
  if (samples) return samples
  throw new IsobathError(
    'option',
    `set: ${data.name} has no samples for validation. Hold some out, or choose train or test.`,
  )
}

function largest(row: Float64Array): number {
  let best = 0
  for (let output = 1; output < row.length; output++) if (row[output] > row[best]) best = output
  return best
}

/** The scale may have a mean and deviation for each value or for each group of neighbours. */
function restoreUnits(row: Float64Array, { mean, deviation }: Scale): void {
  const group = row.length / mean.length
  row.forEach((value, index) => {
    const at = Math.floor(index / group)
    row[index] = value * deviation[at] + mean[at]
  })
}
