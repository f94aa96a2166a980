/**
 * Estimates the running statistics of batch norm anew on training data. In a short run, the running statistics lag
 * behind the weights, and an evaluation with the running statistics would judge the lag instead of the network.
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
  /** Number of samples in a batch. A training set with fewer samples than `batch` makes a smaller batch. */
  readonly batch: number
  readonly batches: number
  /** Seed that determines the order of the samples. */
  readonly seed: number
}

const running: readonly ParameterRole[] = ['runningMean', 'runningVariance']

/**
 * Returns the weights with new running statistics: the mean over `batches` batches of each batch's mean and unbiased
 * variance. All batches have equal weight, as in Izmailov et al. (2018, section 3.2), unlike in the moving average of
 * training. Parameters that stay unchanged are not copied. For a network without batch norm, the given weights
 * themselves are returned.
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
    assertInvariant(graph !== undefined, 'a network with running statistics has no graph that updates the statistics')
    return graph
  }
  const { program, batch } = await compileWithin(backend, Math.min(most, samples.count), graphOf, backend.memoryLimit)
  const means = new Map(statistics.map(({ name, shape }) => [name, new Float64Array(sizeOf(shape))]))
  try {
    // Zeros replace the old running statistics, which can be non-finite: multiplying Infinity by 0 would give NaN.
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
