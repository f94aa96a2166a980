/** Initial weights with given variances of mean-field theory. */
import type { Initializer } from '../network/network.ts'

/** Variances of the weights, times fanIn, and of the biases. */
export interface VariancePair {
  readonly sw2: number
  readonly sb2: number
}

/**
 * The initializer with the variances. Orthogonal and delta-orthogonal weights keep their kind and get the gain
 * sqrt(sw2), and all other weights become gaussian (Poole et al. 2016).
 */
export function withVariances({ kind }: Initializer, { sw2, sb2 }: VariancePair): Initializer {
  if (kind === 'orthogonal' || kind === 'deltaOrthogonal') return { kind, gain: Math.sqrt(sw2), sb2 }
  return { kind: 'gaussian', sw2, sb2 }
}
