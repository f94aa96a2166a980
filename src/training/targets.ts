/** Targets of a training: the labels or values with which the network's outputs are compared. */
import type { InputRows } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { lastDense, lastOfChannels } from '../blueprint/shape-errors.ts'
import { type Dataset, inputSize, outputsOf, taskOf } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import { classTarget, type GivenLoss, type LossName, lossOf } from '../graph/losses.ts'
import { outputCounts } from '../settings/task-losses.ts'
import { IsobathError } from '../support/errors.ts'

/**
 * Checks that the network has one output for each class, for each target, or for each input of an autoencoder. For two
 * classes, a single output is enough if the loss allows it. Throws a `network` error if the number of outputs is wrong.
 */
export function checkOutputs(blueprint: Blueprint, data: Dataset, loss?: LossName): void {
  const outputs = sizeOf(blueprint.output)
  const task = taskOf(data)
  const counts = outputCounts(task, outputsOf(data), loss)
  if (counts.includes(outputs)) return
  const [wanted] = counts
  const values = wanted === 1 ? '1 value' : `${wanted} values`
  const reason = counts[0] === 1 && task === 'classification' ? `for the two classes of ${data.name}` : reasonFor(data)
  const other =
    outputs === 1 && task === 'classification' && wanted === 2
      ? ' A single output for two classes needs the loss binary-cross-entropy.'
      : ''
  const found = `output: expected ${values}, ${reason}, got ${outputs}. ${remedyFor(blueprint, data, wanted)}${other}`
  throw new IsobathError('network', (option) =>
    outputs === inputSize(data)
      ? `${found} If the network should reproduce its inputs, use ${option('target', 'autoencode')}.`
      : found,
  )
}

/** Returns advice against a wrong number of outputs: the width to change, or the layer to add. */
function remedyFor({ root, output }: Blueprint, data: Dataset, wanted: number): string {
  if (lastDense(root) !== undefined) return `Set the last dense layer's width to ${wanted}.`
  const [, height = 1, width = 1] = output
  const channels = wanted / (height * width)
  const isImage = taskOf(data) === 'autoencoding'
  const pool = height * width > 1 && !isImage ? 'a globalAveragePool and ' : ''
  const end = `end the network with ${pool}a dense layer of width ${wanted}.`
  if (pool === '' && Number.isInteger(channels) && lastOfChannels(root) !== undefined) {
    return `Set the last convolution's channels to ${channels}, or ${end}`
  }
  return `E${end.slice(1)}`
}

function reasonFor(data: Dataset): string {
  const task = taskOf(data)
  if (task === 'classification') return `one for each class of ${data.name}`
  if (task === 'autoencoding')
    return `one for each value of a sample of ${data.name} that the network should reconstruct`
  return `one for each target of ${data.name}`
}

/** The input of a training graph that holds the targets of a batch. */
export interface Targets {
  /** Name of the graph input: `labels` holds class numbers, `targets` holds a row of values for each sample. */
  readonly input: 'labels' | 'targets'
  /**
   * Writes the targets of the samples with the given indices. `samples`: the rows with the inputs of the same samples.
   */
  fill(rows: InputRows, indices: Uint32Array, samples: InputRows): void
}

interface TargetTask {
  readonly data: Dataset
  readonly loss: GivenLoss
  readonly standardizer: Standardizer
}

/** Returns the targets of a data set for a loss: the inputs themselves, values, class numbers, or one-hot rows. */
export function targetsOf({ data, loss, standardizer }: TargetTask): Targets {
  const { labels, targets } = data.train
  if (targets === 'inputs') {
    return {
      input: 'targets',
      fill: (rows, indices, samples) => copyRows(samples, rows, indices.length, standardizer.size),
    }
  }
  if (targets !== undefined) {
    return { input: 'targets', fill: (rows, indices) => standardizer.fillTargets(data.train, indices, rows) }
  }
  return lossOf(loss).input === 'labels'
    ? { input: 'labels', fill: (rows, indices) => fillLabels(rows, indices, labels) }
    : { input: 'targets', fill: (rows, indices) => fillClassTargets(rows, indices, labels) }
}

type Labels = Dataset['train']['labels']

/** Writes the class numbers of a batch into one row. */
function fillLabels({ array, offset }: InputRows, indices: Uint32Array, labels: Labels): void {
  indices.forEach((sample, position) => {
    array[offset + position] = labels[sample]
  })
}

/**
 * Writes one row for each sample: 1 at the class of the sample, and 0 at all other classes. A row with a single value
 * is the number of the class, 0 or 1.
 */
function fillClassTargets({ array, offset, stride, width }: InputRows, indices: Uint32Array, labels: Labels): void {
  indices.forEach((sample, row) => {
    const start = offset + row * stride
    for (let output = 0; output < width; output++) array[start + output] = classTarget(labels[sample], output, width)
  })
}

/**
 * Copies the inputs of an autoencoder to its targets. If the inputs were augmented, the targets are the augmented
 * inputs.
 */
function copyRows(from: InputRows, to: InputRows, count: number, size: number): void {
  for (let row = 0; row < count; row++) {
    const start = from.offset + row * from.stride
    to.array.set(from.array.subarray(start, start + size), to.offset + row * to.stride)
  }
}
