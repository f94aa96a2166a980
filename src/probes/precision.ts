/** What float32 does to a network's gradient: the same pass in float32 and in float64. */
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
   * |g32 - g64| / |g64| by stage, g the gradient of the mean loss with respect to all its weights. 0 where both are 0,
   * Infinity where g64 alone is 0 or g32 alone isn't finite, NaN where g64 isn't finite or no weight is trained.
   */
  readonly gradient: readonly number[]
  /** The same of the losses. */
  readonly loss: number
  /** How many samples both passes saw. */
  readonly samples: number
}

/** A machine, or a worker of one. */
export interface BackendSource {
  backend(precision: Precision): Promise<Backend>
}

/**
 * How far float32's gradient is from float64's, stage by stage (`probedLayers` names them). Both start from the same numbers:
 * weights, samples and targets are rounded to float32 first, so that only the computation differs. The samples are those of
 * `probeSamples`, the weights those of `initialize` or of a run. Throws a `memory` error where not even one sample can be
 * looked at, and an `option` error where the machine lacks one of the precisions.
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
    // The float32 backend has less memory: both must see the same samples.
    return await precisionGap(blueprint, machine, { ...samples, count: single.samples }, weights)
  } finally {
    exact.dispose()
  }
}

/** What a float32 program is given: rounding that is done before the pass is none of its errors. */
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

/** |found - exact| / |exact| of all the tensors together. */
function relativeError(found: readonly ArrayLike<number>[], exact: readonly ArrayLike<number>[]): number {
  const difference = exact.map((values, tensor) =>
    Float64Array.from(values, (value, index) => found[tensor][index] - value),
  )
  const [distance, size] = [euclideanNorm(difference), euclideanNorm(exact)]
  if (exact.length === 0 || !Number.isFinite(size)) return Number.NaN
  if (distance === 0) return 0
  return size === 0 || !Number.isFinite(distance) ? Number.POSITIVE_INFINITY : distance / size
}
