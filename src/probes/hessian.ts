/** How curved the loss is: the largest eigenvalue of its Hessian with respect to all trained parameters. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint, ParameterBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { type Optimizer, rowOf } from '../graph/optimizers/table.ts'
import { type LanczosOptions, type LargestEigenvalue, lanczos } from '../numerics/lanczos.ts'
import { euclideanNorm } from '../numerics/norm.ts'
import { createRandom } from '../support/random.ts'
import type { Weights } from '../training/evaluator.ts'
import { openPass, type PassView, type WeightsOf } from './pass.ts'
import type { ProbeSamples } from './samples.ts'

export type { LargestEigenvalue } from '../numerics/lanczos.ts'

/** 20 products at most, of two passes each, and a tolerance of 0.01 by default. */
export interface HessianOptions extends Partial<LanczosOptions> {
  /** Of the direction that the search starts from; 0 by default. */
  readonly seed?: number
  /** Throws its reason once it is aborted, between two passes. */
  readonly abort?: AbortSignal
}

/**
 * By Lanczos's method, with difference quotients of the gradient as products: H v = (g(w + hv) - g(w - hv)) / 2h. (Pearlmutter
 * 1994 has the exact product, which would take a graph of its own.) Kinks of a ReLU between the two points count as curvature,
 * and batch norm's statistics are the samples' own, as in training. For backends in float64: float32 leaves two digits or so.
 */
export async function largestHessianEigenvalue(
  blueprint: Blueprint,
  backend: Backend,
  samples: ProbeSamples,
  weights: Weights,
  { iterations = 20, tolerance = 0.01, seed = 0, abort }: HessianOptions = {},
): Promise<LargestEigenvalue> {
  const trained = blueprint.parameters.filter(({ trainable }) => trainable)
  const point = joined(trained.map(({ name }) => weights.get(name) ?? []))
  const step = stepFrom(point, backend)
  const pass = await openPass(blueprint, backend, samples, { gradients: true })
  try {
    const gradientAt = async (distance: number, direction: Float64Array): Promise<Float64Array> => {
      abort?.throwIfAborted()
      const moved = point.map((value, index) => value + distance * direction[index])
      const view = await pass.run(weightsWith(weights, trained, moved))
      const gradients: ArrayLike<number>[] = []
      for (const parameter of trained) gradients.push(...(await gradientOf(view, parameter)))
      return joined(gradients)
    }
    const product = async (direction: Float64Array): Promise<Float64Array> => {
      const above = await gradientAt(step, direction)
      const below = await gradientAt(-step, direction)
      return above.map((value, index) => (value - below[index]) / (2 * step))
    }
    const random = createRandom(seed, 'curvature')
    const start = point.map(() => random.normal())
    return await lanczos(product, start, { iterations, tolerance })
  } finally {
    pass.dispose()
  }
}

/**
 * Rounding costs a central difference eps |g| / h, and the loss's further derivatives h^2: the sum is least about where h is
 * cbrt(eps) times the distance over which the gradient changes, for which the length of the weights is taken. Directions
 * have length 1.
 */
function stepFrom(point: Float64Array, { precision }: Backend): number {
  return Math.cbrt(precision === 'float64' ? 2 ** -52 : 2 ** -23) * (1 + euclideanNorm([point]))
}

function joined(parts: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}

function gradientOf(view: PassView, parameter: ParameterBlueprint): Promise<ArrayLike<number>[]> {
  const iterations = Array.from({ length: sizeOf(parameter.loops) }, (_, iteration) => iteration)
  return Promise.all(iterations.map((iteration) => view.gradient({ parameter, iteration })))
}

/** The trained parameters, joined, in place of their own values. */
function weightsWith(weights: Weights, trained: readonly ParameterBlueprint[], values: Float64Array): WeightsOf {
  const own = new Map<string, Float64Array>()
  let offset = 0
  for (const { name, shape } of trained) {
    own.set(name, values.subarray(offset, offset + sizeOf(shape)))
    offset += sizeOf(shape)
  }
  return (name) => own.get(name) ?? weights.get(name) ?? []
}

/**
 * How near a quadratic of this curvature is to the edge over which a step makes it grow: rate times eigenvalue over
 * 2(1 + momentum), and with Nesterov's momentum (1 + 2 momentum) times as much (Cohen et al. 2021). Above 1 is
 * unstable. The optimizer's L2 decay is part of the curvature; its rate is the one before any schedule, its momentum that of
 * the given step. Null for Adam, which has a metric of its own.
 */
export function stability(eigenvalue: number, { rate, rule }: Optimizer, step = 0): number | null {
  return rowOf(rule).stability(rule, rate * (eigenvalue + rule.weightDecay), step)
}
