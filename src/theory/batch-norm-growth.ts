/** Growth of gradients in plain networks with batch norm before each activation (Yang et al. 2019). */
import { momentsOf } from './moments.ts'
import type { TheoryActivation } from './scalar-function.ts'

/**
 * The factor per layer, on the way back to the input, on the norm of the gradient with respect to preactivations. The
 * layers are infinitely wide, and the batches are infinitely large.
 *
 * Batch norm gives each preactivation variance 1 over the batch. So a gradient's mean square gets the factor E[phi'^2] at
 * the activation. The weights multiply this mean square by the same number by which they multiply the variance over the
 * batch, Var[phi]. Batch norm divides both by the new variance, and the growth of the norm is sqrt(E[phi'^2] / Var[phi]).
 * By Poincare's inequality, the growth is at least 1, and it is 1 only for linear functions. For ReLU the growth is
 * sqrt(pi / (pi - 1)) = 1.2111739. With small batches, gradients grow faster, and also in linear networks.
 */
export function batchNormGrowth(activation: TheoryActivation): number {
  const { mean, meanSquare, slopeSquare } = momentsOf(activation, 1)
  return Math.sqrt(slopeSquare / (meanSquare - mean * mean))
}
