/** The curvature of the loss: the largest eigenvalue of the Hessian with respect to all trained parameters. */
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

/**
 * Options of the search for the largest eigenvalue. By default, the search takes at most 20 products with the Hessian,
 * each of two passes, and has a tolerance of 0.01.
 */
export interface HessianOptions extends Partial<LanczosOptions> {
  /** Seed of the random direction from which the search starts; 0 by default. */
  readonly seed?: number
  /**
   * `AbortSignal` that stops the measurement between two passes. A stopped measurement throws the signal's `reason`.
   */
  readonly abort?: AbortSignal
}

/**
 * Finds the largest eigenvalue of the Hessian by the method of Lanczos. A product with the Hessian is a difference
 * quotient of the gradient: H v = (g(w + hv) - g(w - hv)) / 2h. The exact product of Pearlmutter (1994) would need a
 * graph of its own. ReLU kinks between the points w - hv and w + hv count as curvature. Batch norm uses the statistics
 * of the samples, as in training. The backend should compute in float64, because a difference quotient in float32 has
 * only about two correct digits.
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
 * The step h of the difference quotients of the gradient. Rounding adds an error of eps |g| / h to a central
 * difference, and higher derivatives of the loss add an error of h^2. The sum of the two errors is smallest near h =
 * cbrt(eps) times the distance over which the gradient changes. The norm of the weights serves as an estimate of this
 * distance. All directions v have length 1.
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

/** The weights, with the values of all trained parameters taken from one joined array. */
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
 * The stability ratio: the curvature relative to the largest curvature at which the optimizer is stable. The stability
 * ratio is rate times eigenvalue over 2(1 + momentum), and (1 + 2 momentum) times as much with Nesterov's momentum
 * (Cohen et al. 2021). Training is unstable if the stability ratio is above 1. The L2 decay of the optimizer counts as
 * curvature. The stability ratio uses the rate before any schedule and the momentum of the given step. Returns null for
 * Adam and other optimizers that scale the step of each weight. The stability of such an optimizer depends on the
 * Hessian scaled by these step sizes.
 */
export function stability(eigenvalue: number, { rate, rule }: Optimizer, step = 0): number | null {
  return rowOf(rule).stability(rule, rate * (eigenvalue + rule.weightDecay), step)
}
