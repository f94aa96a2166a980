/** What the network's outputs are compared with. */
import type { Program } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { lastDense, lastOfChannels } from '../blueprint/misfit.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { type Dataset, outputsOf, taskOf } from '../data/dataset.ts'
import type { Standardiser } from '../data/standardise.ts'
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

/** Writes what the samples of these numbers should give to a slot of the ring. */
export type TargetWriter = (indices: Uint32Array, slot: number) => void

interface TargetTask {
  readonly data: Dataset
  readonly settings: { readonly loss: LossName }
  readonly standardiser: Standardiser
}

export function createTargetWriter({ data, settings, standardiser }: TargetTask, program: Program): TargetWriter {
  const { labels, targets } = data.train
  if (targets !== undefined) {
    if (targets === 'inputs') return (indices, slot) => copyInputs(program, indices.length, standardiser.size, slot)
    return (indices, slot) => standardiser.fillTargets(data.train, indices, program.inputRows('targets', slot))
  }
  if (losses[settings.loss].input === 'labels') {
    return (indices, slot) => {
      // A vector is one row.
      const { array, offset } = program.inputRows('labels', slot)
      indices.forEach((sample, position) => {
        array[offset + position] = labels[sample]
      })
    }
  }
  return (indices, slot) => {
    const { array, offset, stride } = program.inputRows('targets', slot)
    indices.forEach((sample, row) => {
      const start = offset + row * stride
      for (let output = 0; output < data.classes; output++) array[start + output] = output === labels[sample] ? 1 : 0
    })
  }
}

/** Inputs are to be given back as the network gets them: varied, where they are. */
function copyInputs(program: Program, count: number, size: number, slot: number): void {
  const inputs = program.inputRows('x', slot)
  const targets = program.inputRows('targets', slot)
  for (let row = 0; row < count; row++) {
    const start = inputs.offset + row * inputs.stride
    targets.array.set(inputs.array.subarray(start, start + size), targets.offset + row * targets.stride)
  }
}
