/** What the network's outputs are compared with. */
import type { InputRows } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { lastDense, lastOfChannels } from '../blueprint/shape-errors.ts'
import { type Dataset, outputsOf, taskOf } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import { type LossName, losses } from '../graph/losses.ts'
import { IsobathError } from '../support/errors.ts'

/** The network must have an output for each class or target, or for each input. Throws a `network` error. */
export function checkOutputs(blueprint: Blueprint, data: Dataset): void {
  const outputs = sizeOf(blueprint.output)
  const wanted = outputsOf(data)
  if (outputs === wanted) return
  const values = wanted === 1 ? '1 value' : `${wanted} values`
  throw new IsobathError(
    'network',
    `output: expected ${values}, ${reasonFor(data)}, got ${outputs}. ${remedyFor(blueprint, data)}`,
  )
}

/** The width to change, or the layer that is missing. */
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
  if (task === 'autoencoding') return `one for each value of a sample of ${data.name}, which is to be given back`
  return `one for each target of ${data.name}`
}

/** The input of a training graph beside the samples: what the network should answer. */
export interface Targets {
  /** The input's name. */
  readonly input: 'labels' | 'targets'
  /** Writes the targets of the samples of these numbers, whose own values are in `samples`. */
  fill(rows: InputRows, indices: Uint32Array, samples: InputRows): void
}

interface TargetTask {
  readonly data: Dataset
  readonly settings: { readonly loss: LossName }
  readonly standardizer: Standardizer
}

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

/** A vector is one row. */
function fillLabels({ array, offset }: InputRows, indices: Uint32Array, labels: Labels): void {
  indices.forEach((sample, position) => {
    array[offset + position] = labels[sample]
  })
}

/** 1 for the sample's class, 0 for the others. */
function fillOneHot({ array, offset, stride }: InputRows, indices: Uint32Array, labels: Labels, classes: number): void {
  indices.forEach((sample, row) => {
    const start = offset + row * stride
    for (let output = 0; output < classes; output++) array[start + output] = output === labels[sample] ? 1 : 0
  })
}

/** Inputs are to be given back as the network gets them: varied, where they are. */
function copyRows(from: InputRows, to: InputRows, count: number, size: number): void {
  for (let row = 0; row < count; row++) {
    const start = from.offset + row * from.stride
    to.array.set(from.array.subarray(start, start + size), to.offset + row * to.stride)
  }
}
