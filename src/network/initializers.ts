/** Constructors of initializers. The type `Initializer` explains each initializer and cites its paper. */
import { checkOptions } from '../support/check-options.ts'
import { read } from './json.ts'
import type { FanMode, Initializer, ScaledDistribution, Varying } from './network.ts'
import { initializerSchema } from './schema.ts'

const build = (candidate: Initializer): Initializer => read(initializerSchema(), candidate, candidate.kind)

/**
 * Checks the options of an initializer whose argument is an object. Initializers whose arguments are numbers have no
 * options to check.
 */
function checkInitializer(kind: string, options: unknown, known: readonly string[], example: string): void {
  checkOptions(kind, options, { code: 'network', known, example })
}

/**
 * Gaussian weights of variance sw2/fanIn and biases of variance sb2 (Poole et al. 2016). sb2 is 0 by default. Throws a
 * `network` error on a bad value.
 */
export function gaussian(variances: { sw2: Varying; sb2?: Varying }): Initializer {
  checkInitializer('gaussian', variances, ['sw2', 'sb2'], '{ sw2: 2 }')
  return build({ kind: 'gaussian', sw2: variances.sw2, sb2: variances.sb2 ?? 0 })
}

/**
 * Gaussian weights of variance 2/fanIn, or 2/fanOut (He et al. 2015). `gain` multiplies the standard deviation. Throws
 * a `network` error on a bad value.
 */
export function he(gain: Varying = 1, fan: 'in' | 'out' = 'in'): Initializer {
  return build({ kind: 'he', gain, fan })
}

/**
 * Uniform weights of variance 2/(fanIn + fanOut) (Glorot & Bengio 2010). `gain` multiplies the standard deviation.
 * Throws a `network` error on a bad value.
 */
export function glorot(gain: Varying = 1): Initializer {
  return build({ kind: 'glorot', gain })
}

/**
 * Gaussian weights of variance 1/fanIn (LeCun et al. 1998). `gain` multiplies the standard deviation. Throws a
 * `network` error on a bad value.
 */
export function lecun(gain: Varying = 1): Initializer {
  return build({ kind: 'lecun', gain })
}

/**
 * A random (semi-)orthogonal matrix times the gain, and biases of variance sb2 (Saxe et al. 2014). Throws a `network`
 * error on a bad value.
 */
export function orthogonal(gain: Varying = 1, sb2: Varying = 0): Initializer {
  return build({ kind: 'orthogonal', gain, sb2 })
}

/**
 * A convolution's kernel that is zero except at its center, and biases of variance sb2 (Xiao et al. 2018). The center
 * is a random (semi-)orthogonal matrix [out, in] times the gain, so that |Wx| = gain |x|. Throws a `network` error on a
 * bad value.
 */
export function deltaOrthogonal(gain: Varying = 1, sb2: Varying = 0): Initializer {
  return build({ kind: 'deltaOrthogonal', gain, sb2 })
}

/**
 * Weights and biases uniform between -1/sqrt(fanIn) and 1/sqrt(fanIn), as PyTorch draws them by default for dense layers
 * and convolutions (`kaiming_uniform_` with a = sqrt(5)). `gain` multiplies the standard deviation of the weights alone.
 * Throws a `network` error on a bad value.
 */
export function fanInUniform(gain: Varying = 1): Initializer {
  return build({ kind: 'fanInUniform', gain })
}

/** Options of `varianceScaling`. */
export interface VarianceScalingOptions {
  /** Numerator of the variance, 1 by default. */
  scale?: Varying
  /** Denominator n of the variance: fanIn (the default), fanOut, or the mean of both. */
  mode?: FanMode
  /**
   * Form of the distribution. `truncated`, the default, is a gaussian without its values beyond two deviations. Its
   * deviation before the cut is sqrt(scale/n) / 0.8796, so the remaining values have the variance scale/n.
   */
  distribution?: ScaledDistribution
}

/**
 * Weights of variance scale/n and biases that are zero, as `VarianceScaling` in Keras. Keras' `GlorotUniform` is `{ mode:
 * 'fanAverage', distribution: 'uniform' }`, and its `HeNormal` is `{ scale: 2 }`. Throws a `network` error on a bad
 * value.
 */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  checkInitializer('varianceScaling', options, ['scale', 'mode', 'distribution'], '{ scale: 2 }')
  const { scale = 1, mode = 'fanIn', distribution = 'truncated' } = options
  return build({ kind: 'varianceScaling', scale, mode, distribution })
}

/** Options of `uniform`. */
export interface UniformOptions {
  /** Lower limit, -1 by default. */
  from?: Varying
  /** Upper limit, 1 by default. */
  to?: Varying
  /** `same`, the default, draws biases from the distribution of the weights. `zero` makes biases zero. */
  biases?: 'same' | 'zero'
}

/**
 * Weights and biases uniform between two limits, independent of the layer's size: U(-1, 1) by default. Throws a
 * `network` error on a bad value.
 */
export function uniform(options: UniformOptions = {}): Initializer {
  checkInitializer('uniform', options, ['from', 'to', 'biases'], '{ from: -0.05, to: 0.05 }')
  const { from = -1, to = 1, biases = 'same' } = options
  return build({ kind: 'uniform', from, to, biases })
}

/** Weights that all start at `value`, and biases that all start at `biasValue`. Throws a `network` error on a bad value. */
export function constant(value: Varying, biasValue: Varying = 0): Initializer {
  return build({ kind: 'constant', value, biasValue })
}

/**
 * Gaussian weights of standard deviation 1/(k^2 c), where k is the side of the kernel and c is the number of output
 * channels (Hardt & Ma 2017).
 */
export function hardtMa(): Initializer {
  return build({ kind: 'hardtMa' })
}

/**
 * Gaussian weights of the given standard deviation, independent of the layer's size. Throws a `network` error on a bad
 * value.
 */
export function normal(deviation: Varying = 1): Initializer {
  return build({ kind: 'normal', deviation })
}

/**
 * A matrix with the gain on the diagonal and zeros elsewhere. The function isn't called `identity`, because the
 * activation has this name. Throws a `network` error on a bad value.
 */
export function identityInit(gain: Varying = 1): Initializer {
  return build({ kind: 'identity', gain })
}

/** Weights and biases that all start at 0. */
export function zeros(): Initializer {
  return build({ kind: 'zeros' })
}

/**
 * Sparse weights: each unit has `incoming` gaussian weights of the given standard deviation, and its other weights are
 * zero. A unit with fewer inputs than `incoming` has a gaussian weight for every input. The default is 15 weights of
 * standard deviation 1, as in Martens (2010) and Sutskever et al. (2013). Throws a `network` error on a bad value.
 */
export function sparse(options: { incoming?: number; deviation?: Varying } = {}): Initializer {
  checkInitializer('sparse', options, ['incoming', 'deviation'], '{ incoming: 15 }')
  return build({ kind: 'sparse', incoming: options.incoming ?? 15, deviation: options.deviation ?? 1 })
}
