/** Constructors of initializers; what each one means, and its paper, is written at the type `Initializer`. */
import { checkOptions } from '../support/check-options.ts'
import { read } from './json.ts'
import type { Initializer, Varying } from './network.ts'
import { initializerSchema } from './schema.ts'

const build = (candidate: Initializer): Initializer => read(initializerSchema(), candidate, candidate.kind)

/** Those with an object of options; the others take numbers. */
function checkInitializer(kind: string, options: unknown, known: readonly string[], example: string): void {
  checkOptions(kind, options, { code: 'network', known, example })
}

/** Weights of variance sw2/fanIn and biases of variance sb2 (Poole et al. 2016). */
export function gaussian(variances: { sw2: Varying; sb2?: Varying }): Initializer {
  checkInitializer('gaussian', variances, ['sw2', 'sb2'], '{ sw2: 2 }')
  return build({ kind: 'gaussian', sw2: variances.sw2, sb2: variances.sb2 ?? 0 })
}

/** Gaussian weights of variance 2/fanIn, or 2/fanOut (He et al. 2015); `gain` multiplies the deviation. */
export function he(gain: Varying = 1, fan: 'in' | 'out' = 'in'): Initializer {
  return build({ kind: 'he', gain, fan })
}

/** Uniform weights of variance 2/(fanIn + fanOut) (Glorot & Bengio 2010); `gain` multiplies the deviation. */
export function glorot(gain: Varying = 1): Initializer {
  return build({ kind: 'glorot', gain })
}

/** Gaussian weights of variance 1/fanIn (LeCun et al. 1998); `gain` multiplies the deviation. */
export function lecun(gain: Varying = 1): Initializer {
  return build({ kind: 'lecun', gain })
}

/** A random (semi-)orthogonal matrix times the gain, and biases of variance sb2 (Saxe et al. 2014). */
export function orthogonal(gain: Varying = 1, sb2: Varying = 0): Initializer {
  return build({ kind: 'orthogonal', gain, sb2 })
}

/**
 * A convolution's kernel that is zero but for its center, a random (semi-)orthogonal matrix [out, in] times the gain, so
 * that |Wx| = gain |x|; biases of variance sb2 (Xiao et al. 2018).
 */
export function deltaOrthogonal(gain: Varying = 1, sb2: Varying = 0): Initializer {
  return build({ kind: 'deltaOrthogonal', gain, sb2 })
}

/** Gaussian weights of deviation 1/(k^2 c), k the kernel's side and c its output channels (Hardt & Ma 2017). */
export function hardtMa(): Initializer {
  return build({ kind: 'hardtMa' })
}

/** Gaussian weights of this deviation, whatever the layer's size is. */
export function normal(deviation: Varying = 1): Initializer {
  return build({ kind: 'normal', deviation })
}

/** The gain on the diagonal and zeros elsewhere. (`identity` is the activation.) */
export function identityInit(gain: Varying = 1): Initializer {
  return build({ kind: 'identity', gain })
}

export function zeros(): Initializer {
  return build({ kind: 'zeros' })
}

/**
 * Each unit has `incoming` gaussian weights of the given deviation (all of them where it has no more inputs), the rest
 * are zero. The default is 15 of deviation 1, as in Martens (2010) and Sutskever et al. (2013).
 */
export function sparse(options: { incoming?: number; deviation?: Varying } = {}): Initializer {
  checkInitializer('sparse', options, ['incoming', 'deviation'], '{ incoming: 15 }')
  return build({ kind: 'sparse', incoming: options.incoming ?? 15, deviation: options.deviation ?? 1 })
}
