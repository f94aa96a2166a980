/**
 * What a network is: frozen, JSON-serializable data. Nothing here has a shape or a number of samples; those come with
 * the blueprint, which knows the input.
 */
import type { ActivationName } from './activations.ts'

/** One value for every layer, or one for each iteration of the innermost enclosing `repeat` (its length is `times`). */
export type Varying = number | readonly number[]

/**
 * How a layer's weights start. `fanIn` and `fanOut` are the layer's numbers of inputs and outputs; a convolution's are its
 * channels times the positions of its kernel.
 * - gaussian: weights of variance sw2/fanIn, biases of variance sb2 (Poole et al. 2016)
 * - he: gaussian weights of variance 2/fanIn, or 2/fanOut with `fan: 'out'` (He et al. 2015, eq. 10 and 14)
 * - glorot: uniform weights of variance 2/(fanIn + fanOut) (Glorot & Bengio 2010, eq. 16)
 * - lecun: gaussian weights of variance 1/fanIn (LeCun et al. 1998)
 * - orthogonal: a random (semi-)orthogonal matrix [fanOut, fanIn] times the gain (Saxe et al. 2014); a convolution's kernel
 *   is such a matrix [out, in * height * width]
 * - deltaOrthogonal: zero but for the center of the kernel, which is a random (semi-)orthogonal matrix [out, in] times the
 *   gain: the gain multiplies the matrix itself, so |Wx| = gain |x| where there are at least as many outputs as inputs
 *   (Xiao et al. 2018). Its weights have the mean-field variance sw2 = gain^2. A dense layer's kernel is all center.
 * - hardtMa: gaussian weights of deviation 1/(k^2 c), k the kernel's side and c its number of output channels, which is
 *   1/fanOut (Hardt & Ma 2017, section 4.1)
 * - normal: gaussian weights of this deviation, whatever the fans are (1 in Du et al. 2018)
 * - identity: ones on the diagonal times the gain; in a convolution, of the kernel's center
 * - zeros
 * - sparse: each unit has `incoming` gaussian weights of deviation `deviation`, the rest are zero (Martens 2010)
 * Elsewhere `gain` multiplies the standard deviation. Biases are zero but for those of variance `sb2`.
 */
export type Initializer =
  | { readonly kind: 'gaussian'; readonly sw2: Varying; readonly sb2: Varying }
  | { readonly kind: 'he'; readonly gain: Varying; readonly fan: 'in' | 'out' }
  | { readonly kind: 'glorot'; readonly gain: Varying }
  | { readonly kind: 'lecun'; readonly gain: Varying }
  | { readonly kind: 'orthogonal'; readonly gain: Varying; readonly sb2: Varying }
  | { readonly kind: 'deltaOrthogonal'; readonly gain: Varying; readonly sb2: Varying }
  | { readonly kind: 'hardtMa' }
  | { readonly kind: 'normal'; readonly deviation: Varying }
  | { readonly kind: 'identity'; readonly gain: Varying }
  | { readonly kind: 'zeros' }
  | { readonly kind: 'sparse'; readonly incoming: number; readonly deviation: Varying }

/** A layer with weights. */
interface Weighted {
  /** False: the weights and biases stay what they start as. Left out where they are trained. */
  readonly trained?: false
}

interface Named {
  /**
   * The layer's name in its parent; by default its kind and its number among its siblings of that kind. An empty name tells
   * nothing apart: the layer has its parent's path.
   */
  readonly name?: string
}

export interface DenseLayer extends Named, Weighted {
  readonly kind: 'dense'
  readonly width: number
  readonly bias: boolean
  readonly init: Initializer
}

/**
 * What lies beyond the border. With zero and circular padding a kernel of side k sees floor((k - 1)/2) positions before the
 * first and the rest of k - 1 behind the last, so that at stride 1 the output has the input's size.
 */
export type Padding = 'zero' | 'circular' | 'none'

/** A square window that moves over height and width; [C, H, W] to [channels, H', W']. */
export interface ConvLayer extends Named, Weighted {
  readonly kind: 'conv'
  /** Of the output. */
  readonly channels: number
  /** The side of the kernel. */
  readonly kernel: number
  readonly stride: number
  readonly padding: Padding
  readonly bias: boolean
  readonly init: Initializer
}

/** The largest value of each window; what lies beyond the border is never it. */
export interface MaxPoolLayer extends Named {
  readonly kind: 'maxPool'
  readonly kernel: number
  readonly stride: number
  /** same: windows reach beyond the border as with a convolution's zero padding; none: they don't. */
  readonly padding: 'same' | 'none'
}

/** The mean of each window, all of which lie within the border. */
export interface AveragePoolLayer extends Named {
  readonly kind: 'averagePool'
  readonly kernel: number
  readonly stride: number
}

/** [C, H, W] to [C]: the mean of each channel. */
export interface GlobalAveragePoolLayer extends Named {
  readonly kind: 'globalAveragePool'
}

/**
 * Every `stride`-th position of height and width, and zeros as further channels: shortcut A of He et al. (2015), which has
 * no parameters.
 */
export interface SubsampleLayer extends Named {
  readonly kind: 'subsample'
  readonly stride: number
  /** Of the output; no fewer than the input's. */
  readonly channels: number
}

/** One trained number, the same for all units, added to them (Zhang et al. 2019, Fixup); 0 at first. */
export interface ScalarBiasLayer extends Named {
  readonly kind: 'scalarBias'
}

/** All units times a number that isn't trained (Du et al. 2018: sqrt(c/m)). */
export interface ScaleLayer extends Named {
  readonly kind: 'scale'
  readonly factor: Varying
}

export interface ActivationLayer extends Named {
  readonly kind: 'activation'
  readonly function: ActivationName
  /** leakyRelu's slope for negative inputs; absent for every other function. */
  readonly slope?: number
}

export interface DropoutLayer extends Named {
  readonly kind: 'dropout'
  /** Probability that a unit is dropped, 0 <= rate < 1; kept units are scaled by 1/(1 - rate). */
  readonly rate: Varying
}

export interface LayerNormLayer extends Named {
  readonly kind: 'layerNorm'
  readonly epsilon: number
}

/** Over the batch, and over height and width of [C, H, W]: C means and variances. */
export interface BatchNormLayer extends Named {
  readonly kind: 'batchNorm'
  /** What the scales start at: 1, or 0 for a branch that starts as nothing (zero-gamma, Goyal et al. 2017). */
  readonly scale: number
  readonly epsilon: number
  /** Weight of the new batch in the running statistics (PyTorch's convention; 0.1 by default). */
  readonly momentum: number
}

export interface FlattenLayer extends Named {
  readonly kind: 'flatten'
}

export interface ChainLayer extends Named {
  readonly kind: 'chain'
  readonly layers: readonly Layer[]
}

/** output = shortcut(x) + multiplier * branch(x); without a shortcut layer the shortcut is the identity. */
export interface ResidualLayer extends Named {
  readonly kind: 'residual'
  readonly branch: Layer
  readonly multiplier: Varying
  /** The multiplier is a parameter, and `multiplier` what it starts at (ReZero, SkipInit). */
  readonly trainedMultiplier: boolean
  readonly shortcut?: Layer
}

/** The block, `times` times in a row, each with weights of its own; the block's output has its input's shape. */
export interface RepeatLayer extends Named {
  readonly kind: 'repeat'
  readonly times: number
  readonly block: Layer
}

export type Layer =
  | DenseLayer
  | ConvLayer
  | MaxPoolLayer
  | AveragePoolLayer
  | GlobalAveragePoolLayer
  | SubsampleLayer
  | ScalarBiasLayer
  | ScaleLayer
  | ActivationLayer
  | DropoutLayer
  | LayerNormLayer
  | BatchNormLayer
  | FlattenLayer
  | ChainLayer
  | ResidualLayer
  | RepeatLayer

export type LayerKind = Layer['kind']

/** A network is its outermost layer. */
export type Network = Layer
