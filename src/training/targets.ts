/** What the network's outputs are compared with. */
import type { Program } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { Dataset } from '../data/dataset.ts'
import type { LossName } from '../graph/programs.ts'
import { IsobathError } from '../support/errors.ts'

/** The data's classes must be the network's outputs. Throws a `network` error. */
export function checkOutputs(blueprint: Blueprint, data: Dataset): void {
  const outputs = sizeOf(blueprint.output)
  if (outputs === data.classes) return
  throw new IsobathError(
    'network',
    `output: expected ${data.classes} values, one for each class of ${data.name}, got ${outputs}. Set the last dense layer's width to ${data.classes}.`,
  )
}

/** Writes what the samples of these numbers should give to a slot of the ring. */
export type TargetWriter = (indices: Uint32Array, slot: number) => void

interface TargetTask {
  readonly data: Dataset
  readonly settings: { readonly loss: LossName }
}

export function createTargetWriter({ data, settings }: TargetTask, program: Program): TargetWriter {
  const { labels } = data.train
  if (settings.loss === 'cross-entropy') {
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
