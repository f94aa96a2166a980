/** Targets of a training: the labels or values with which the network's outputs are compared. */
import type { InputRows } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { lastDense, lastOfChannels } from '../blueprint/shape-errors.ts'
import { type Dataset, inputSize, outputsOf, taskOf } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import { type LossName, losses } from '../graph/losses.ts'
import { IsobathError } from '../support/errors.ts'

/**
 * Checks that the network has one output for each class, for each target, or for each input of an autoencoder. Throws a
 * `network` error if the number of outputs is wrong.
 */
export function checkOutputs(blueprint: Blueprint, data: Dataset): void {
  const outputs = sizeOf(blueprint.output)
  const wanted = outputsOf(data)
  if (outputs === wanted) return
  const values = wanted === 1 ? '1 value' : `${wanted} values`
  const found = `output: expected ${values}, ${reasonFor(data)}, got ${outputs}. ${remedyFor(blueprint, data)}`
  throw new IsobathError('network', (option) =>
    outputs === inputSize(data)
      ? `${found} If the network should reproduce its inputs, use ${option('target', 'autoencode')}.`
      : found,
  )
}

/** Returns advice against a wrong number of outputs: the width to change, or the layer to add. */
function remedyFor({ root, output }: Blueprint, data: Dataset): string {
  const wanted = outputsOf(data)
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
  readonly settings: { readonly loss: LossName }
  readonly standardizer: Standardizer
}

/** Returns the targets of a data set for a loss: the inputs themselves, values, class numbers, or one-hot rows. */
export function targetsOf({ data, settings, standardizer }: TargetTask): Targets {
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
  return losses[settings.loss].input === 'labels'
    ? { input: 'labels', fill: (rows, indices) => fillLabels(rows, indices, labels) }
    : { input: 'targets', fill: (rows, indices) => fillOneHot(rows, indices, labels, data.classes) }
}

type Labels = Dataset['train']['labels']

/** Writes the class numbers of a batch into one row. */
function fillLabels({ array, offset }: InputRows, indices: Uint32Array, labels: Labels): void {
  indices.forEach((sample, position) => {
    array[offset + position] = labels[sample]
  })
}

/** Writes one row for each sample: 1 at the class of the sample, and 0 at all other classes. */
function fillOneHot({ array, offset, stride }: InputRows, indices: Uint32Array, labels: Labels, classes: number): void {
  indices.forEach((sample, row) => {
    const start = offset + row * stride
    for (let output = 0; output < classes; output++) array[start + output] = output === labels[sample] ? 1 : 0
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
