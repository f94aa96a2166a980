/**
 * Measures the loss of a residual network without one block, or without several of the last blocks (Veit et al. 2016).
 */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { createEvaluator, type Weights } from '../training/evaluator.ts'
import type { ProbeSamples } from './samples.ts'
import { spread } from './spread.ts'
import { type ParameterPlace, stagesOf } from './stages.ts'
import { zeroingOfStage } from './zero-branch.ts'

export interface BlockOptions {
  /**
   * Largest number of blocks that are removed one by one, 128 by default. If the network has more blocks than `single`,
   * the removed blocks are evenly spread.
   */
  readonly single?: number
  /**
   * Largest number of measurements without several of the last blocks, 16 by default. The numbers of removed blocks are
   * evenly spread.
   */
  readonly fromTop?: number
  /**
   * `AbortSignal` that stops the measurement between two passes. A stopped measurement throws the signal's `reason`.
   */
  readonly abort?: AbortSignal
}

/** Losses of a network with and without blocks, in evaluation mode. A loss that is not finite is given as Infinity. */
export interface LossWithoutBlocks {
  /** The loss of the network with all blocks. */
  readonly loss: number
  /**
   * The loss of the network without the block of each stage, or NaN if the stage is no residual block or its block was
   * not removed.
   */
  readonly single: readonly number[]
  /**
   * The losses of the network without its last `blocks` blocks. Blocks are removed from the last block backward, until
   * a block cannot be removed.
   */
  readonly fromTop: readonly { readonly blocks: number; readonly loss: number }[]
}

/**
 * Measures the loss of a network without some of its residual blocks. A block is removed by zeros in its branch, so the
 * shortcut and the layers after the sum stay. Batch norm uses the running statistics of the whole network (see
 * `settleStatistics`). One compiled program serves all measurements of the network.
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

/** The parameters to set to 0 for each of the last blocks that can be removed, beginning with the last block. */
function removableFromTop(blocks: readonly (readonly ParameterPlace[] | undefined)[]): (readonly ParameterPlace[])[] {
  const found: (readonly ParameterPlace[])[] = []
  for (const zeroing of [...blocks].reverse()) {
    if (zeroing === undefined) break
    found.push(zeroing)
  }
  return found
}

/** Copies of the parameters that contain the given places, with zeros at these places. */
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
