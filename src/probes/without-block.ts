/** What a residual network loses when blocks are taken out of it, one by one or many together (Veit et al. 2016). */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { createEvaluator, type Weights } from '../training/evaluator.ts'
import type { ProbeSamples } from './samples.ts'
import { spread } from './spread.ts'
import { type ParameterPlace, stagesOf } from './stages.ts'
import { zeroingOfStage } from './zero-branch.ts'

export interface BlockOptions {
  /** How many blocks are taken out one by one, spread evenly where there are more; 128 by default. */
  readonly single?: number
  /** How many sizes of what is taken away from the top, spread evenly; 16 by default. */
  readonly fromTop?: number
  /** Throws its reason once it is aborted, between two passes. */
  readonly abort?: AbortSignal
}

/** Losses in evaluation mode; Infinity where they aren't finite. */
export interface LossWithoutBlocks {
  /** With all blocks. */
  readonly loss: number
  /** Without the block that the stage is. NaN where it is no residual block, where it can't be taken out or wasn't. */
  readonly single: readonly number[]
  /** Without the last blocks, so many together: up to the first, from the end, that can't be taken out. */
  readonly fromTop: readonly { readonly blocks: number; readonly loss: number }[]
}

/**
 * A block is taken out by zeros in its branch: its shortcut stays, and what comes after the sum. Batch norm uses its running
 * statistics (see `settleStatistics`), those of the whole network. One program is compiled for all.
 */
export async function lossWithoutBlocks(
  blueprint: Blueprint,
  backend: Backend,
  samples: ProbeSamples,
  weights: Weights,
  { single: mostSingle = 128, fromTop: mostSizes = 16, abort }: BlockOptions = {},
): Promise<LossWithoutBlocks> {
  const { set, standardizer } = samples
  const stages = stagesOf(blueprint.root)
  const zeroings = stages.map((stage) => zeroingOfStage(blueprint.root, stage))
  const evaluator = await createEvaluator(blueprint, backend, samples.count)
  const lossNow = async (): Promise<number> =>
    (await evaluator.evaluate(set, standardizer, samples.loss)).loss ?? Number.POSITIVE_INFINITY
  const lossWithout = async (places: readonly ParameterPlace[]): Promise<number> => {
    abort?.throwIfAborted()
    const changed = withZeros(weights, places)
    evaluator.load(changed)
    const loss = await lossNow()
    evaluator.load(new Map([...changed.keys()].map((name) => [name, weights.get(name) ?? []])))
    return loss
  }
  try {
    evaluator.load(weights)
    const loss = await lossNow()
    const single = stages.map(() => Number.NaN)
    const removable = [...zeroings.keys()].filter((stage) => zeroings[stage] !== undefined)
    for (const index of spread(removable.length, mostSingle)) {
      const stage = removable[index]
      single[stage] = await lossWithout(zeroings[stage] ?? [])
    }
    const fromTop: { blocks: number; loss: number }[] = []
    const top = removableFromTop(zeroings.filter((_, stage) => stages[stage].skips))
    for (const index of spread(top.length, mostSizes)) {
      const blocks = index + 1
      fromTop.push({ blocks, loss: await lossWithout(top.slice(0, blocks).flat()) })
    }
    return { loss, single, fromTop }
  } finally {
    evaluator.dispose()
  }
}

/** The last block first. */
function removableFromTop(blocks: readonly (readonly ParameterPlace[] | undefined)[]): (readonly ParameterPlace[])[] {
  const found: (readonly ParameterPlace[])[] = []
  for (const zeroing of [...blocks].reverse()) {
    if (zeroing === undefined) break
    found.push(zeroing)
  }
  return found
}

/** The tensors that change, and no others. */
function withZeros(weights: Weights, places: readonly ParameterPlace[]): Map<string, Float64Array> {
  const changed = new Map<string, Float64Array>()
  for (const { parameter, iteration } of places) {
    const values = changed.get(parameter.name) ?? Float64Array.from(weights.get(parameter.name) ?? [])
    const size = values.length / sizeOf(parameter.loops)
    values.fill(0, iteration * size, (iteration + 1) * size)
    changed.set(parameter.name, values)
  }
  return changed
}
