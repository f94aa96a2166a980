/** The fixed point of the signal that a layer's own initializer and activation give, from mean-field theory. */
import type { ActivationLayer, Initializer } from '../network/network.ts'
import type { VariancePair } from '../surgery/gaussian-pair.ts'
import { momentsOf } from '../theory/moments.ts'
import { varianceFixedPoint } from '../theory/variance-map.ts'

export interface FixedPoint {
  /** Variance of the pre-activations, above 0. */
  readonly q: number
  /** Factor per layer on the squared norm of the gradient. */
  readonly chi: number
}

/**
 * The variances of weights, times fanIn, and biases in a layer with as many outputs as inputs. Undefined for initializers
 * that do not depend on the fans, for values that differ between the iterations of a loop, and for fanInUniform, whose
 * biases depend on the width.
 */
function variancesOf(init: Initializer): VariancePair | undefined {
  const of = (gain: unknown, factor: number, sb2: unknown = 0): VariancePair | undefined =>
    typeof gain === 'number' && typeof sb2 === 'number' ? { sw2: factor * gain * gain, sb2 } : undefined
  switch (init.kind) {
    case 'gaussian':
      return typeof init.sw2 === 'number' && typeof init.sb2 === 'number' ? { sw2: init.sw2, sb2: init.sb2 } : undefined
    case 'orthogonal':
    case 'deltaOrthogonal':
      return of(init.gain, 1, init.sb2)
    case 'he':
      return of(init.gain, 2)
    case 'glorot':
    case 'lecun':
      return of(init.gain, 1)
    case 'varianceScaling':
      return typeof init.scale === 'number' ? { sw2: init.scale, sb2: 0 } : undefined
    case 'fanInUniform':
    case 'uniform':
    case 'constant':
    case 'hardtMa':
    case 'normal':
    case 'identity':
    case 'zeros':
    case 'sparse':
      return undefined
  }
}

/** The fixed point that is reached from the variance 1, or undefined if it is unknown, 0 or infinite. */
export function ownFixedPoint(init: Initializer, activation: ActivationLayer): FixedPoint | undefined {
  const variances = variancesOf(init)
  const q = variances && varianceFixedPoint({ activation, ...variances }, 1)
  if (variances === undefined || q === undefined || q === null || q === 0) return undefined
  return { q, chi: variances.sw2 * momentsOf(activation, q).slopeSquare }
}
