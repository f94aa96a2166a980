/** The gap between the functions of two networks, measured on samples. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sameShape, shapeText, sizeOf } from '../blueprint/shape.ts'
import type { Samples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import { IsobathError } from '../support/errors.ts'
import { createEvaluator, type Weights } from '../training/evaluator.ts'

/** A network with values for all its parameters, which defines a function. */
export interface WeightedNetwork {
  readonly blueprint: Blueprint
  readonly weights: Weights
}

export interface FunctionGap {
  /**
   * Largest difference between the outputs of the two networks, over all samples and units. The largest difference is
   * NaN if an output is NaN.
   */
  readonly largest: number
  /** Largest absolute output of the first network. */
  readonly scale: number
}

/**
 * The largest difference between the outputs of two networks on standardized samples, with both networks in evaluation
 * mode. With a backend in float64, the measured difference doesn't include the rounding errors of float32. Throws a
 * `network` error if the outputs of the two networks have different shapes.
 */
export async function functionGap(
  one: WeightedNetwork,
  other: WeightedNetwork,
  backend: Backend,
  samples: Samples,
  standardizer: Standardizer,
): Promise<FunctionGap> {
  const [expected, found] = [one.blueprint.output, other.blueprint.output]
  if (!sameShape(expected, found)) {
    const shapes = `expected two outputs of the shape ${shapeText(expected)}, got ${shapeText(found)}`
    throw new IsobathError('network', `outputs: ${shapes}. Compare networks for the same task.`)
  }
  const width = sizeOf(expected)
  const outputs = new Float64Array(samples.count * width)
  let [largest, scale] = [0, 0]
  const eachOutput = (of: WeightedNetwork, take: (value: number, place: number) => void) =>
    passAll(of, backend, samples, standardizer, (rows, first) => {
      for (let index = 0; index < rows.length; index++) take(rows[index], first * width + index)
    })
  await eachOutput(one, (value, place) => {
    outputs[place] = value
    scale = Math.max(scale, Math.abs(value))
  })
  await eachOutput(other, (value, place) => {
    largest = Math.max(largest, Math.abs(value - outputs[place]))
  })
  return { largest, scale }
}

async function passAll(
  { blueprint, weights }: WeightedNetwork,
  backend: Backend,
  samples: Samples,
  standardizer: Standardizer,
  take: (rows: Float64Array, first: number) => void,
): Promise<void> {
  const evaluator = await createEvaluator(blueprint, backend, samples.count)
  try {
    evaluator.load(weights)
    await evaluator.eachOutput(samples, standardizer, take)
  } finally {
    evaluator.dispose()
  }
}
