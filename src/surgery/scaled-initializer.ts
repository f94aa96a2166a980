/** Initializers with other scales, and initializers without biases. */
import type { Initializer, Varying } from '../network/network.ts'

const times = (value: Varying, factor: number): Varying =>
  typeof value === 'number' ? value * factor : value.map((each) => each * factor)

type Scaling = (init: Initializer, factor: number) => Initializer

/**
 * Returns the initializer whose weights and biases have `factor` times the standard deviation. The same seed then draws
 * the same weights times the factor. Two initializers change less: `fanInUniform` draws biases of an unchanged
 * deviation, and `hardtMa`, which has no scale, stays as it is.
 */
export const scaledInitializer: Scaling = (init, factor) => {
  const square = factor * factor
  switch (init.kind) {
    case 'gaussian':
      return { ...init, sw2: times(init.sw2, square), sb2: times(init.sb2, square) }
    case 'orthogonal':
    case 'deltaOrthogonal':
      return { ...init, gain: times(init.gain, factor), sb2: times(init.sb2, square) }
    case 'he':
    case 'glorot':
    case 'lecun':
    case 'fanInUniform':
    case 'identity':
      return { ...init, gain: times(init.gain, factor) }
    case 'varianceScaling':
      return { ...init, scale: times(init.scale, square) }
    case 'uniform':
      return { ...init, from: times(init.from, factor), to: times(init.to, factor) }
    case 'constant':
      return { ...init, value: times(init.value, factor), biasValue: times(init.biasValue, factor) }
    case 'normal':
    case 'sparse':
      return { ...init, deviation: times(init.deviation, factor) }
    case 'hardtMa':
    case 'zeros':
      return init
  }
}

/** Returns the initializer with the same weights and with biases of 0. */
export function withoutBiases(init: Initializer): Initializer {
  switch (init.kind) {
    case 'gaussian':
    case 'orthogonal':
    case 'deltaOrthogonal':
      return { ...init, sb2: 0 }
    case 'uniform':
      return { ...init, biases: 'zero' }
    case 'constant':
      return { ...init, biasValue: 0 }
    case 'fanInUniform':
      // Uniform weights between -gain/sqrt(fanIn) and gain/sqrt(fanIn) have the variance gain^2/(3 fanIn).
      return {
        kind: 'varianceScaling',
        scale: typeof init.gain === 'number' ? init.gain ** 2 / 3 : init.gain.map((gain) => gain ** 2 / 3),
        mode: 'fanIn',
        distribution: 'uniform',
      }
    case 'he':
    case 'glorot':
    case 'lecun':
    case 'varianceScaling':
    case 'hardtMa':
    case 'normal':
    case 'identity':
    case 'zeros':
    case 'sparse':
      return init
  }
}
