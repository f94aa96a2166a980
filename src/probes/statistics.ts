/**
 * Batch norm's running statistics, estimated anew on training data. In a short run they lag behind the weights, and an
 * evaluation would judge that lag and not the network.
 */
import { type Backend, fillInput } from '../backends/backend.ts'
import type { Blueprint, ParameterRole } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { createBatches } from '../data/batches.ts'
import type { Samples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import type { Graph } from '../graph/graph.ts'
import { statisticsGraph } from '../graph/programs.ts'
import { assertInvariant } from '../support/errors.ts'
import type { Weights } from '../training/evaluator.ts'
import { compileWithin } from '../training/tapped-pass.ts'

export interface SettleOptions {
  /** Samples in a batch; no more than there are. */
  readonly batch: number
  readonly batches: number
  /** Chooses the samples. */
  readonly seed: number
}

const running: readonly ParameterRole[] = ['runningMean', 'runningVariance']

/**
 * The weights, with running statistics that are the means over some batches of each batch's mean and unbiased variance. All
 * batches count alike, unlike in training's moving average, as in Izmailov et al. (2018, section 3.2). What doesn't change
 * isn't copied; of a network without batch norm the weights come back as they are.
 */
export async function settleStatistics(
  blueprint: Blueprint,
  backend: Backend,
  samples: Samples,
  standardizer: Standardizer,
  weights: Weights,
  { batch: most, batches, seed }: SettleOptions,
): Promise<Weights> {
  const statistics = blueprint.parameters.filter(({ role }) => running.includes(role))
  if (statistics.length === 0) return weights
  const graphOf = (batch: number): Graph => {
    const graph = statisticsGraph(blueprint, batch, 1)
    assertInvariant(graph !== undefined, 'running statistics without a graph that moves them')
    return graph
  }
  const { program, batch } = await compileWithin(backend, Math.min(most, samples.count), graphOf, backend.memoryLimit)
  const means = new Map(statistics.map(({ name, shape }) => [name, new Float64Array(sizeOf(shape))]))
  try {
    // The old statistics count for nothing, and must not even where they aren't finite: 0 times Infinity isn't 0.
    for (const [name, values] of [...weights, ...means]) program.upload(name, values)
    const stream = createBatches(samples, standardizer, { batch, seed })
    for (let done = 0; done < batches; done++) {
      fillInput(program, 'x', 0, (rows) => stream.next(rows))
      await program.run(0, 1)
      for (const [name, mean] of means) {
        const own = await program.download(name)
        own.forEach((value, index) => {
          mean[index] += value / batches
        })
      }
    }
  } finally {
    program.dispose()
  }
  return new Map([...weights, ...means])
}
