/**
 * What a network is: frozen, JSON-serialisable data. Nothing here has a shape or a number of samples; those come with
 * the blueprint, which knows the input.
 */

/** One value for every layer, or one for each iteration of the innermost enclosing `repeat` (its length is `times`). */
export type Varying = number | readonly number[]

export type ActivationName =
  | 'identity'
  | 'relu'
  | 'leakyRelu'
  | 'tanh'
  | 'sigmoid'
  | 'softplus'
  | 'gelu'
  | 'silu'
  | 'selu'
  | 'erf'

/**
 * How a layer's weights start. `fanIn` and `fanOut` are the layer's numbers of inputs and outputs.
 * - gaussian: weights of variance sw2/fanIn, biases of variance sb2 (Poole et al. 2016)
 * - he: gaussian weights of variance 2/fanIn (He et al. 2015)
 * - glorot: uniform weights of variance 2/(fanIn + fanOut) (Glorot & Bengio 2010, eq. 16)
 * - lecun: gaussian weights of variance 1/fanIn (LeCun et al. 1998)
 * - orthogonal: a random (semi-)orthogonal matrix times the gain (Saxe et al. 2014)
 * - identity: ones on the diagonal times the gain
 * - zeros
 * - sparse: each unit has `incoming` gaussian weights of deviation `deviation`, the rest are zero (Martens 2010)
 * `gain` multiplies the standard deviation. Biases are zero except for gaussian's sb2.
 */
export type Initialiser =
  | { readonly kind: 'gaussian'; readonly sw2: Varying; readonly sb2: Varying }
  | { readonly kind: 'he'; readonly gain: Varying }
  | { readonly kind: 'glorot'; readonly gain: Varying }
  | { readonly kind: 'lecun'; readonly gain: Varying }
  | { readonly kind: 'orthogonal'; readonly gain: Varying }
  | { readonly kind: 'identity'; readonly gain: Varying }
  | { readonly kind: 'zeros' }
  | { readonly kind: 'sparse'; readonly incoming: number; readonly deviation: Varying }

interface Named {
  /** The layer's name in its parent; by default its kind and its number among its siblings of that kind. */
  readonly name?: string
}

export interface DenseLayer extends Named {
  readonly kind: 'dense'
  readonly width: number
  readonly bias: boolean
  readonly init: Initialiser
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

export interface BatchNormLayer extends Named {
  readonly kind: 'batchNorm'
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
