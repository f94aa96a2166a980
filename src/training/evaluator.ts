/** Computes the loss and the error of a network on a set of samples, in evaluation mode and in float64. */
import { type Backend, fillInput, type Program } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { Samples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import type { GivenLoss } from '../graph/losses.ts'
import { evaluationGraph } from '../graph/programs.ts'
import { createScorer } from './score.ts'
import { type Scores, unscored } from './scores.ts'
import { createThroughput } from './throughput.ts'

export type { Mistake, Scores } from './scores.ts'

/**
 * Values of all parameters and running statistics of a network, by name (`hidden.dense1.weight`). The values of a
 * parameter are in row-major order of its shape in the blueprint.
 */
export type Weights = ReadonlyMap<string, ArrayLike<number>>

export interface Evaluator {
  /** Copies the values of all parameters and running statistics into the evaluator. */
  load(weights: Weights): void
  /** Scores a set of samples. The scores of an empty set are null. `onProgress`: called repeatedly with the number of samples scored so far. */
  evaluate(
    samples: Samples,
    standardizer: Standardizer,
    loss: GivenLoss,
    onProgress?: (done: number) => void,
  ): Promise<Scores>
  /**
   * Passes the outputs of all samples to `take`, in several calls and in the order of the samples. `outputs`: rows of
   * outputs, of which the first row belongs to sample `first`. The next call of `take` overwrites the array `outputs`.
   */
  eachOutput(
    samples: Samples,
    standardizer: Standardizer,
    take: (outputs: Float64Array, first: number) => void,
    onProgress?: (done: number) => void,
  ): Promise<void>
  dispose(): void
}

/** Intended total number of samples in all slots of the evaluator's ring buffer of batches. */
const samplesInRing = 2048
const mostSlots = 32

/**
 * Assumed size of a core's own cache, in bytes. The outputs of one layer for one batch should fit into the cache of a
 * core.
 */
const cacheBytes = 2 ** 20

/**
 * Number of samples in a batch of an evaluation: a power of two from 16 to 256, chosen by the size of the largest
 * layer. For images, small batches keep the outputs of a layer in the cache: resnet-20 takes a tenth less time in
 * batches of 16 than in batches of 256. For vectors, large batches read the weights less often: a network of 3 x 512
 * units takes a seventh less time in batches of 256 than in batches of 16.
 */
export function evaluationBatch({ root }: Blueprint): number {
  const fitting = cacheBytes / (4 * largestOutput(root))
  return Math.max(16, Math.min(256, 2 ** Math.floor(Math.log2(fitting))))
}

function largestOutput({ output, children }: LayerBlueprint): number {
  return Math.max(sizeOf(output), ...children.map(largestOutput))
}

interface Compiled {
  readonly program: Program
  readonly batch: number
  readonly ringSlots: number
}

/**
 * Compiles the evaluation with the largest ring buffer and the largest batch that fit into memory. The scores depend on
 * neither size.
 */
async function compileEvaluation(blueprint: Blueprint, backend: Backend, samples: number): Promise<Compiled> {
  const usual = evaluationBatch(blueprint)
  const slots = Math.min(mostSlots, samplesInRing / usual)
  const sizes = [
    { batch: usual, ringSlots: slots },
    { batch: usual, ringSlots: 2 },
    { batch: usual, ringSlots: 1 },
    { batch: 1, ringSlots: 1 },
  ]
  const attempts = sizes.map(({ batch: largest, ringSlots }) => {
    const batch = Math.min(largest, samples)
    return { graph: evaluationGraph(blueprint, { batch }), batch, ringSlots }
  })
  const fitting = attempts.find(({ graph, ringSlots }) => backend.memoryOf(graph, { ringSlots }) <= backend.memoryLimit)
  const { graph, batch, ringSlots } = fitting ?? attempts[attempts.length - 1]
  return { program: await backend.compile(graph, { ringSlots }), batch, ringSlots }
}

/**
 * A group of consecutive slots in the ring buffer of batches. The first slot of the group is `slot`, and its first
 * sample is `first`.
 */
interface Group {
  readonly slot: number
  readonly slots: number
  readonly first: number
}

/**
 * Creates an evaluator for sets of at most `samples` samples. Throws a `memory` error if the evaluation of a batch of 1
 * sample doesn't fit into memory.
 */
export async function createEvaluator(blueprint: Blueprint, backend: Backend, samples: number): Promise<Evaluator> {
  const { program, batch, ringSlots } = await compileEvaluation(blueprint, backend, samples)
  const width = sizeOf(blueprint.output)
  // While the program works on one half of the ring's slots, the outputs in the other half are read and new batches are
  // written.
  const overlaps = ringSlots > 1
  const mostAtOnce = overlaps ? ringSlots / 2 : 1
  const throughput = createThroughput(mostAtOnce)
  const outputs = new Float64Array(batch * width)

  const eachOutput: Evaluator['eachOutput'] = async (set, standardizer, take, onProgress) => {
    const fill = (slot: number, first: number): Group => {
      const slots = Math.min(throughput.next(), Math.ceil((set.count - first) / batch))
      for (let index = 0; index < slots; index++) {
        fillSlot(program, set, standardizer, first + index * batch, slot + index, batch)
      }
      return { slot, slots, first }
    }
    const handOver = async ({ slot, slots, first }: Group): Promise<void> => {
      for (let index = 0; index < slots; index++) {
        const start = first + index * batch
        const rows = Math.min(batch, set.count - start)
        await program.download('outputs', { slot: slot + index, into: outputs })
        take(outputs.subarray(0, rows * width), start)
      }
    }
    let before: Group = { slot: 0, slots: 0, first: 0 }
    let current = fill(0, 0)
    while (current.slots > 0) {
      const { slot, slots, first } = current
      const end = first + slots * batch
      const running = throughput.time(slots, () => program.run(slot, slots))
      // The empty handler keeps Node from reporting an unhandled rejection before `running` is awaited.
      running.catch(() => undefined)
      let next: Group | undefined
      try {
        await handOver(before)
        if (overlaps) next = fill(mostAtOnce - slot, end)
      } finally {
        await running
      }
      if (!next) await handOver(current)
      before = next ? current : { slot: 0, slots: 0, first: end }
      current = next ?? fill(0, end)
      onProgress?.(Math.min(end, set.count))
    }
    await handOver(before)
  }
  const evaluate: Evaluator['evaluate'] = async (set, standardizer, loss, onProgress) => {
    if (set.count === 0) return unscored
    const scorer = createScorer(set, standardizer, loss, width)
    await eachOutput(set, standardizer, (outputs, first) => scorer.add(outputs, first), onProgress)
    return scorer.finish()
  }
  return {
    load: (weights) => {
      for (const [name, values] of weights) program.upload(name, values)
    },
    evaluate,
    eachOutput,
    dispose: () => program.dispose(),
  }
}

/**
 * Fills a slot of the ring with a batch of samples. Rows after the last sample repeat the last sample, and their
 * outputs are not read.
 */
function fillSlot(
  program: Program,
  set: Samples,
  standardizer: Standardizer,
  first: number,
  slot: number,
  batch: number,
) {
  const indices = Uint32Array.from({ length: batch }, (_, row) => Math.min(first + row, set.count - 1))
  fillInput(program, 'x', slot, (rows) => standardizer.fill(set, indices, rows))
}
