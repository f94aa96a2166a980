/**
 * The types of networks: frozen, JSON-serializable data. A network has no shapes and no number of samples. A blueprint
 * adds the shapes, because a blueprint is made for an input of known shape.
 */
import type { ActivationName } from './activations.ts'

/**
 * A value of a layer inside a `repeat`: one number for all iterations of the innermost repeat, or a list with one
 * number for each iteration. The length of the list is the repeat's `times`.
 */
export type Varying = number | readonly number[]

/** The number by which `varianceScaling` divides the variance: fanIn, fanOut, or the mean of both. */
export type FanMode = 'fanIn' | 'fanOut' | 'fanAverage'

/** The form of the distribution of `varianceScaling`. */
export type ScaledDistribution = 'uniform' | 'normal' | 'truncated'

/**
 * Distribution of a layer's initial weights. `fanIn` and `fanOut` are the layer's numbers of inputs and outputs. A
 * convolution's fans are its channels times the positions of its kernel.
 * - gaussian: weights of variance sw2/fanIn, biases of variance sb2 (Poole et al. 2016).
 * - he: gaussian weights of variance 2/fanIn, or 2/fanOut with `fan: 'out'` (He et al. 2015, eq. 10 and 14).
 * - glorot: uniform weights of variance 2/(fanIn + fanOut) (Glorot & Bengio 2010, eq. 16).
 * - lecun: gaussian weights of variance 1/fanIn (LeCun et al. 1998).
 * - orthogonal: a random (semi-)orthogonal matrix [fanOut, fanIn] times the gain (Saxe et al. 2014). A convolution's
 *   kernel is an orthogonal matrix [out, in * height * width].
 * - deltaOrthogonal: zero except at the center of the kernel, which is a random (semi-)orthogonal matrix [out, in]
 *   times the gain (Xiao et al. 2018). The gain multiplies the matrix itself, so |Wx| = gain |x| if there are at least
 *   as many outputs as inputs. Delta-orthogonal weights have the mean-field variance sw2 = gain^2. In a dense layer,
 *   the kernel has only its center, so `deltaOrthogonal` equals `orthogonal`.
 * - fanInUniform: weights and biases uniform between -1/sqrt(fanIn) and 1/sqrt(fanIn), so their variance is 1/(3 fanIn).
 *   PyTorch draws the weights and biases of its dense layers and convolutions from this distribution by default
 *   (`kaiming_uniform_` with a = sqrt(5)). `gain` multiplies the standard deviation of the weights alone.
 * - varianceScaling: weights of variance scale/n, as in Keras. The number n is fanIn, fanOut or their mean. A truncated
 *   gaussian is cut at two of its own deviations, and its deviation is divided by 0.8796 to restore the variance.
 * - uniform: weights uniform between `from` and `to`, independent of the fans. Biases are drawn from the same
 *   distribution, or are zero with `biases: 'zero'`.
 * - constant: all weights are `value`, and all biases are `biasValue`.
 * - hardtMa: gaussian weights of standard deviation 1/(k^2 c) = 1/fanOut (Hardt & Ma 2017, section 4.1). In 1/(k^2 c),
 *   k is the side of the kernel, and c is the number of output channels.
 * - normal: gaussian weights of standard deviation `deviation`, independent of the fans (1 in Du et al. 2018).
 * - identity: the gain on the diagonal and zeros elsewhere. In a convolution, the gain stands on the diagonal of the
 *   matrix [out, in] at the kernel's center.
 * - zeros: all weights are 0.
 * - sparse: each unit has `incoming` gaussian weights of standard deviation `deviation`, and its other weights are zero
 *   (Martens 2010).
 * For he, glorot and lecun, `gain` multiplies the standard deviation. Biases are zero unless the description of the
 * initializer names them.
 */
export type Initializer =
  | { readonly kind: 'gaussian'; readonly sw2: Varying; readonly sb2: Varying }
  | { readonly kind: 'he'; readonly gain: Varying; readonly fan: 'in' | 'out' }
  | { readonly kind: 'glorot'; readonly gain: Varying }
  | { readonly kind: 'lecun'; readonly gain: Varying }
  | { readonly kind: 'orthogonal'; readonly gain: Varying; readonly sb2: Varying }
  | { readonly kind: 'deltaOrthogonal'; readonly gain: Varying; readonly sb2: Varying }
  | { readonly kind: 'fanInUniform'; readonly gain: Varying }
  | {
      readonly kind: 'varianceScaling'
      readonly scale: Varying
      readonly mode: FanMode
      readonly distribution: ScaledDistribution
    }
  | { readonly kind: 'uniform'; readonly from: Varying; readonly to: Varying; readonly biases: 'same' | 'zero' }
  | { readonly kind: 'constant'; readonly value: Varying; readonly biasValue: Varying }
  | { readonly kind: 'hardtMa' }
  | { readonly kind: 'normal'; readonly deviation: Varying }
  | { readonly kind: 'identity'; readonly gain: Varying }
  | { readonly kind: 'zeros' }
  | { readonly kind: 'sparse'; readonly incoming: number; readonly deviation: Varying }

/** A layer with weights. */
interface Weighted {
  /** False if the weights and biases stay at their initial values. The field is left out if the weights are trained. */
  readonly trained?: false
}

interface Named {
  /**
   * The layer's name in its parent. By default the name is the layer's kind and its number among its siblings of that
   * kind. A layer with an empty name has its parent's path.
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
 * Kind of values beyond the border. With zero and circular padding, a kernel of side k sees k - 1 positions beyond the
 * border. Of the k - 1 positions beyond the border, floor((k - 1)/2) lie before the image's first position, and the
 * rest lie after the last position. With zero or circular padding and stride 1, the output has the input's size.
 */
export type Padding = 'zero' | 'circular' | 'none'

/** A convolution: a square window that moves over height and width, from [C, H, W] to [channels, H', W']. */
export interface ConvLayer extends Named, Weighted {
  readonly kind: 'conv'
  /** Number of output channels. */
  readonly channels: number
  /** Side of the square kernel. */
  readonly kernel: number
  readonly stride: number
  readonly padding: Padding
  readonly bias: boolean
  readonly init: Initializer
}

/** Max pooling: the largest value of each window. A position beyond the border never gives the largest value. */
export interface MaxPoolLayer extends Named {
  readonly kind: 'maxPool'
  readonly kernel: number
  readonly stride: number
  /**
   * With the padding `same`, pooling windows reach beyond the border as in a convolution with zero padding. With the
   * padding `none`, pooling windows stay inside the border.
   */
  readonly padding: 'same' | 'none'
}

/** Average pooling: the mean of each window. All windows of average pooling lie within the border. */
export interface AveragePoolLayer extends Named {
  readonly kind: 'averagePool'
  readonly kernel: number
  readonly stride: number
}

/** Global average pooling: the mean of each channel, from [C, H, W] to [C]. */
export interface GlobalAveragePoolLayer extends Named {
  readonly kind: 'globalAveragePool'
}

/**
 * Subsampling: takes every `stride`-th position of height and width, and adds further channels that are zero.
 * Subsampling is shortcut A of He et al. (2015), which has no parameters.
 */
export interface SubsampleLayer extends Named {
  readonly kind: 'subsample'
  readonly stride: number
  /** Number of output channels, at least the number of input channels. */
  readonly channels: number
}

/** One trained number that is added to all units (Fixup, Zhang et al. 2019). The trained number starts at 0. */
export interface ScalarBiasLayer extends Named {
  readonly kind: 'scalarBias'
}

/** Multiplication of all units by a number that isn't trained, such as sqrt(c/m) in Du et al. (2018). */
export interface ScaleLayer extends Named {
  readonly kind: 'scale'
  readonly factor: Varying
}

export interface ActivationLayer extends Named {
  readonly kind: 'activation'
  readonly function: ActivationName
  /** Slope of leakyRelu for negative inputs. Layers of other activation functions have no slope. */
  readonly slope?: number
}

/**
 * PReLU: x for x above 0, and slope * x for other x, with trained slopes (He et al. 2015, eq. 1). There is one slope for
 * each unit, or for each channel of [C, H, W], or one slope for all.
 */
export interface PreluLayer extends Named {
  readonly kind: 'prelu'
  /** Initial value of the slopes, 0.25 by default, as in PyTorch. */
  readonly slope: number
  /** Whether all units share one slope. */
  readonly shared: boolean
}

/**
 * Softmax over the features, or over the channels of [C, H, W] at each position: exp(x) divided by its sum, so the
 * outputs are positive and add up to 1.
 */
export interface SoftmaxLayer extends Named {
  readonly kind: 'softmax'
}

export interface DropoutLayer extends Named {
  readonly kind: 'dropout'
  /** Probability that a unit is dropped, 0 <= rate < 1. Units that aren't dropped are scaled by 1/(1 - rate). */
  readonly rate: Varying
}

export interface LayerNormLayer extends Named {
  readonly kind: 'layerNorm'
  readonly epsilon: number
}

/**
 * Batch normalization. For [C, H, W], batch normalization takes C means and variances over the batch, the height and
 * the width.
 */
export interface BatchNormLayer extends Named {
  readonly kind: 'batchNorm'
  /** Initial value of the scales: 1, or 0 for a branch that starts at zero (zero-gamma, Goyal et al. 2017). */
  readonly scale: number
  readonly epsilon: number
  /** Weight of a new batch in the running means and variances, as in PyTorch, 0.1 by default. */
  readonly momentum: number
}

export interface FlattenLayer extends Named {
  readonly kind: 'flatten'
}

export interface ChainLayer extends Named {
  readonly kind: 'chain'
  readonly layers: readonly Layer[]
}

/** A residual block: shortcut(x) + multiplier * branch(x). Without a shortcut layer, the shortcut is the identity. */
export interface ResidualLayer extends Named {
  readonly kind: 'residual'
  readonly branch: Layer
  readonly multiplier: Varying
  /** Whether the multiplier is a trained parameter that starts at `multiplier` (ReZero, SkipInit). */
  readonly trainedMultiplier: boolean
  readonly shortcut?: Layer
}

/**
 * A loop that repeats the block `times` times in a row. Each iteration has its own weights. The output of a repeated
 * block must have the shape of the block's input.
 */
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
  | PreluLayer
  | SoftmaxLayer
  | DropoutLayer
  | LayerNormLayer
  | BatchNormLayer
  | FlattenLayer
  | ChainLayer
  | ResidualLayer
  | RepeatLayer

export type LayerKind = Layer['kind']

/** A network, given by its outermost layer. */
export type Network = Layer
