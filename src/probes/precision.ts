/** Measures the rounding error of float32 in the gradient of a network, by the same pass in float32 and in float64. */
import type { Backend, InputRows, Precision, Values } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { euclideanNorm } from '../numerics/norm.ts'
import type { Weights } from '../training/evaluator.ts'
import { openPass, type PassView } from './pass.ts'
import type { ProbeSamples } from './samples.ts'
import type { Stage } from './stages.ts'

export interface PrecisionGap {
  /**
   * The relative error |g32 - g64| / |g64| of each stage, where g is the gradient of the mean loss with respect to all
   * weights of the stage. The gradient error of a stage is 0 if g32 and g64 are both 0, and Infinity if only g64 is 0
   * or only g32 is not finite. The gradient error is NaN if g64 is not finite or if no weight of the stage is trained.
   */
  readonly gradient: readonly number[]
  /** The relative error of the loss in float32: |loss32 - loss64| / |loss64|. */
  readonly loss: number
  /** Number of samples in the float32 pass, and the same number in the float64 pass. */
  readonly samples: number
}

/** A source of backends: a machine, or a worker of a machine. */
export interface BackendSource {
  backend(precision: Precision): Promise<Backend>
}

/**
 * Measures the relative error of the float32 gradient against the float64 gradient, for each stage (`probedLayers`
 * lists the stages). The float32 pass and the float64 pass start from the same numbers: weights, samples and targets
 * are rounded to float32 first, so only the computation differs. The samples come from `probeSamples`, and the weights
 * come from `initialize` or from a run. Throws a `memory` error if not even one sample fits into memory. Throws an
 * `option` error if the machine lacks one of the precisions.
 */
export async function precisionGap(
  blueprint: Blueprint,
  machine: BackendSource,
  samples: ProbeSamples,
  weights: Weights,
): Promise<PrecisionGap> {
  const [float32, float64] = [await machine.backend('float32'), await machine.backend('float64')]
  const rounded = roundedSamples(blueprint, samples)
  const roundedWeights = (name: string): Float32Array => Float32Array.from(weights.get(name) ?? [])
  const exact = await openPass(blueprint, float64, rounded, { gradients: true })
  try {
    const single = await openPass(blueprint, float32, { ...rounded, count: exact.samples }, { gradients: true })
    try {
      if (single.samples === exact.samples) {
        return await gapBetween(await single.run(roundedWeights), await exact.run(roundedWeights))
      }
    } finally {
      single.dispose()
    }
    // The float32 pass has fewer samples, because its backend has less memory. The measurement starts again with the
    // smaller number, because the two passes must use the same samples.
    return await precisionGap(blueprint, machine, { ...samples, count: single.samples }, weights)
  } finally {
    exact.dispose()
  }
}

/** Rounds the samples to float32 before the pass, so this rounding does not count as an error of the pass. */
function roundedSamples({ input, output }: Blueprint, samples: ProbeSamples): ProbeSamples {
  return {
    ...samples,
    fill: (rows, count) => {
      samples.fill(rows, count)
      round(rows, count, sizeOf(input))
    },
    fillTargets: (rows, count, inputs) => {
      samples.fillTargets(rows, count, inputs)
      if (samples.target === 'targets') round(rows, count, sizeOf(output))
    },
  }
}

function round({ array, offset, stride }: InputRows, rows: number, width: number): void {
  for (let row = 0; row < rows; row++) {
    const start = offset + row * stride
    for (let index = start; index < start + width; index++) array[index] = Math.fround(array[index])
  }
}

async function gapBetween(single: PassView, exact: PassView): Promise<PrecisionGap> {
  const gradient: number[] = []
  for (const stage of exact.stages) {
    gradient.push(relativeError(await gradientsOf(single, stage), await gradientsOf(exact, stage)))
  }
  return {
    gradient,
    loss: relativeError([[single.loss]], [[exact.loss]]),
    samples: exact.samples,
  }
}

async function gradientsOf(view: PassView, { weights }: Stage): Promise<Values[]> {
  const gradients: Values[] = []
  for (const place of weights.filter(({ parameter }) => parameter.trainable)) gradients.push(await view.gradient(place))
  return gradients
}

/** The relative error |found - exact| / |exact| of several tensors together. */
function relativeError(found: readonly ArrayLike<number>[], exact: readonly ArrayLike<number>[]): number {
  const difference = exact.map((values, tensor) =>
    Float64Array.from(values, (value, index) => found[tensor][index] - value),
  )
  const [distance, size] = [euclideanNorm(difference), euclideanNorm(exact)]
  if (exact.length === 0 || !Number.isFinite(size)) return Number.NaN
  if (distance === 0) return 0
  return size === 0 || !Number.isFinite(distance) ? Number.POSITIVE_INFINITY : distance / size
}
