/** Loss and error of a network on a set of samples, in evaluation mode, from its outputs in float64. */
import type { Backend, Program } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { Samples } from '../data/dataset.ts'
import type { Standardiser } from '../data/standardise.ts'
import { evaluationGraph, type LossName } from '../graph/programs.ts'
import { createPace } from './pace.ts'
import { createScorer, type Scores } from './score.ts'

export type { Scores } from './score.ts'

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
  /** Hands over the outputs of all samples in their order: rows of outputs, of which the first belongs to sample `first`. */
  eachOutput(
    samples: Samples,
    standardiser: Standardiser,
    take: (outputs: Float64Array, first: number) => void,
    onProgress?: (done: number) => void,
  ): Promise<void>
  dispose(): void
}

/** Samples in a batch and batches in the ring: the first that fit into memory are taken; the scores are the same with all. */
const sizes = [
  { batch: 256, ringSlots: 8 },
  { batch: 256, ringSlots: 1 },
  { batch: 32, ringSlots: 1 },
  { batch: 1, ringSlots: 1 },
]

async function compileEvaluation(blueprint: Blueprint, backend: Backend, samples: number) {
  const attempts = sizes.map(({ batch: largest, ringSlots }) => {
    const batch = Math.min(largest, samples)
    return { graph: evaluationGraph(blueprint, { batch }), batch, ringSlots }
  })
  const fitting = attempts.find(({ graph, ringSlots }) => backend.memoryOf(graph, { ringSlots }) <= backend.memoryLimit)
  const { graph, batch, ringSlots } = fitting ?? attempts[attempts.length - 1]
  return { program: await backend.compile(graph, { ringSlots }), batch, ringSlots }
}

export async function createEvaluator(blueprint: Blueprint, backend: Backend, samples: number): Promise<Evaluator> {
  const { program, batch, ringSlots } = await compileEvaluation(blueprint, backend, samples)
  const width = sizeOf(blueprint.output)
  const pace = createPace(ringSlots)
  const eachOutput: Evaluator['eachOutput'] = async (set, standardiser, take, onProgress) => {
    for (let done = 0; done < set.count; ) {
      const slots = Math.min(pace.next(), Math.ceil((set.count - done) / batch))
      for (let slot = 0; slot < slots; slot++) fillSlot(program, set, standardiser, done + slot * batch, slot, batch)
      await pace.time(slots, () => program.run(0, slots))
      for (let slot = 0; slot < slots; slot++, done += batch) {
        const rows = Math.min(batch, set.count - done)
        take(program.read('outputs', slot).subarray(0, rows * width), done)
      }
      onProgress?.(Math.min(done, set.count))
    }
  }
  const evaluate: Evaluator['evaluate'] = async (set, standardiser, loss, onProgress) => {
    const scorer = createScorer(set, standardiser, loss, width)
    await eachOutput(set, standardiser, (outputs, first) => scorer.add(outputs, first), onProgress)
    return scorer.finish()
  }
  return {
    load: (weights) => {
      for (const [name, values] of weights) program.write(name, values)
    },
    evaluate,
    eachOutput,
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
