/** Loss and error of a network on a set of samples, in evaluation mode, from its outputs in float64. */
import { type Backend, fillInput, type Program } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { Samples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import type { LossName } from '../graph/losses.ts'
import { evaluationGraph } from '../graph/programs.ts'
import { createScorer, type Scores } from './score.ts'
import { createThroughput } from './throughput.ts'

export type { Scores } from './score.ts'

export type Weights = ReadonlyMap<string, ArrayLike<number>>

export interface Evaluator {
  /** Takes over the values of all parameters, running statistics included. */
  load(weights: Weights): void
  /** `onProgress` is told now and then how many samples are done. */
  evaluate(
    samples: Samples,
    standardizer: Standardizer,
    loss: LossName,
    onProgress?: (done: number) => void,
  ): Promise<Scores>
  /**
   * Hands over the outputs of all samples in their order: rows of outputs, of which the first belongs to sample `first`. They
   * are overwritten by the next ones.
   */
  eachOutput(
    samples: Samples,
    standardizer: Standardizer,
    take: (outputs: Float64Array, first: number) => void,
    onProgress?: (done: number) => void,
  ): Promise<void>
  dispose(): void
}

/** Samples that all slots of the ring together should hold. */
const samplesInRing = 2048
const mostSlots = 32

/** What one layer gives for a batch should stay in a core's own cache, of about so many bytes. */
const cacheBytes = 2 ** 20

/**
 * Samples in a batch, a power of two: images by the size of the largest layer (resnet-20 takes a tenth less time in
 * batches of 16 than of 256), vectors so many that weights are read seldom (3 x 512: a seventh less in 256 than in 16).
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

/** The first way that fits into memory is taken; the scores are the same with all. */
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

/** Slots of the ring from `slot` on, with the samples from `first` on. */
interface Group {
  readonly slot: number
  readonly slots: number
  readonly first: number
}

export async function createEvaluator(blueprint: Blueprint, backend: Backend, samples: number): Promise<Evaluator> {
  const { program, batch, ringSlots } = await compileEvaluation(blueprint, backend, samples)
  const width = sizeOf(blueprint.output)
  // With half of the ring at work, the other half can be read and filled in.
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
      // It is awaited below: until then, its failure isn't one that nobody handles.
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

/** Rows beyond the last sample repeat it; nobody reads their outputs. */
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
