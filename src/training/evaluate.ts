/** Loss and error of a network on a set of samples, in evaluation mode, from its outputs in float64. */
import type { Backend, Program } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { Samples } from '../data/dataset.ts'
import type { Standardiser } from '../data/standardise.ts'
import { evaluationGraph, type LossName } from '../graph/programs.ts'
import { createPace } from './pace.ts'

/** Null where the network's outputs aren't finite. */
export interface Scores {
  /** The mean loss. */
  readonly loss: number | null
  /** The fraction of samples whose largest output isn't the label's, 0..1. */
  readonly error: number | null
}

export type Weights = ReadonlyMap<string, ArrayLike<number>>

export interface Evaluator {
  /** Takes over the values of all parameters, running statistics included. */
  load(weights: Weights): void
  /** `onProgress` is told now and then how many samples are done. */
  evaluate(
    samples: Samples,
    standardiser: Standardiser,
    loss: LossName,
    onProgress?: (done: number) => void,
  ): Promise<Scores>
  dispose(): void
}

const largestBatch = 256
const ringSlots = 8

export async function createEvaluator(blueprint: Blueprint, backend: Backend, samples: number): Promise<Evaluator> {
  const batch = Math.min(largestBatch, samples)
  const program = await backend.compile(evaluationGraph(blueprint, { batch }), { ringSlots })
  const width = sizeOf(blueprint.output)
  const pace = createPace(ringSlots)
  /** The outputs of all samples, row after row. */
  const outputsOf = async (set: Samples, standardiser: Standardiser, onProgress?: (done: number) => void) => {
    const result = new Float64Array(set.count * width)
    for (let done = 0; done < set.count; ) {
      const slots = Math.min(pace.next(), Math.ceil((set.count - done) / batch))
      for (let slot = 0; slot < slots; slot++) fillSlot(program, set, standardiser, done + slot * batch, slot, batch)
      await pace.time(slots, () => program.run(0, slots))
      for (let slot = 0; slot < slots; slot++, done += batch) {
        const rows = Math.min(batch, set.count - done)
        result.set(program.read('outputs', slot).subarray(0, rows * width), done * width)
      }
      onProgress?.(Math.min(done, set.count))
    }
    return result
  }
  return {
    load: (weights) => {
      for (const [name, values] of weights) program.write(name, values)
    },
    evaluate: async (set, standardiser, loss, onProgress) =>
      score(await outputsOf(set, standardiser, onProgress), set.labels, width, loss),
    dispose: () => program.dispose(),
  }
}

/** Rows beyond the last sample repeat it; nobody reads their outputs. */
function fillSlot(
  program: Program,
  set: Samples,
  standardiser: Standardiser,
  first: number,
  slot: number,
  batch: number,
) {
  const indices = Uint32Array.from({ length: batch }, (_, row) => Math.min(first + row, set.count - 1))
  standardiser.fill(set, indices, program.inputRows('x', slot))
}

function score(outputs: Float64Array, labels: ArrayLike<number>, width: number, loss: LossName): Scores {
  let total = 0
  let wrong = 0
  for (let sample = 0; sample < labels.length; sample++) {
    const row = outputs.subarray(sample * width, (sample + 1) * width)
    const label = labels[sample]
    let best = 0
    for (let output = 1; output < width; output++) if (row[output] > row[best]) best = output
    if (best !== label) wrong++
    total += loss === 'cross-entropy' ? crossEntropy(row, label, row[best]) : squaredError(row, label)
  }
  const mean = total / labels.length
  return Number.isFinite(mean) ? { loss: mean, error: wrong / labels.length } : { loss: null, error: null }
}

function crossEntropy(row: Float64Array, label: number, largest: number): number {
  let sum = 0
  for (const output of row) sum += Math.exp(output - largest)
  return Math.log(sum) + largest - row[label]
}

function squaredError(row: Float64Array, label: number): number {
  let sum = 0
  row.forEach((output, index) => {
    sum += (output - (index === label ? 1 : 0)) ** 2
  })
  return sum / row.length
}
