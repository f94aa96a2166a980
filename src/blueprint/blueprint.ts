/** Types of blueprints. A blueprint is a network with sizes: the shapes, parameters and path of every layer. */
import type { Initializer, Layer, Network } from '../network/network.ts'

/** Sizes of one sample or one tensor, outermost first, such as [features] or [channels, height, width]. */
export type Shape = readonly number[]

export type ParameterRole =
  | 'weight'
  | 'bias'
  | 'scale'
  | 'shift'
  | 'slope'
  | 'multiplier'
  | 'runningMean'
  | 'runningVariance'

export interface ParameterBlueprint {
  /**
   * The parameter's name, unique in the network. The name is the layer's path followed by `.weight`, `.bias`,
   * `.multiplier`, `.running_mean` or `.running_var`.
   */
  readonly name: string
  readonly role: ParameterRole
  /**
   * Shape of the parameter: first the iteration counts of the loops around the layer, outermost first, and then the
   * sizes of the tensor in one iteration. Dense weights are [out, in], and a convolution's weights are [out, in,
   * height, width].
   */
  readonly shape: Shape
  /**
   * Numbers of iterations of the repeats around the layer, outermost first. The loop counts are the leading axes of the
   * parameter's `shape`.
   */
  readonly loops: Shape
  readonly fanIn: number
  readonly fanOut: number
  /** The layer's initializer. Only the weights and biases of layers with an initializer have this field. */
  readonly init?: Initializer
  /**
   * Initial value of all elements of the parameter. Without `start`, scales and running variances start at 1, and all
   * other parameters without an initializer start at 0.
   */
  readonly start?: number
  /**
   * Whether the optimizer updates the parameter. Running statistics and parameters of untrained layers are saved with
   * the weights, but the optimizer doesn't update them.
   */
  readonly trainable: boolean
}

export interface LayerBlueprint {
  /**
   * The layer's path: the names of layers from the root, joined by dots, such as `first` or `hidden.dense1`. The root
   * chain's own name is left out of the path.
   */
  readonly path: string
  readonly layer: Layer
  readonly input: Shape
  readonly output: Shape
  /** Numbers of iterations of the repeats around the layer, outermost first. */
  readonly loops: Shape
  /** The layer's own parameters, without its children's parameters. The weight comes before the bias. */
  readonly parameters: readonly ParameterBlueprint[]
  /**
   * The layers within the layer: the layers of a chain, the block of a repeat, or the branch of a residual and then the
   * residual's shortcut, if any. The list is empty for a layer that is no chain, repeat or residual.
   */
  readonly children: readonly LayerBlueprint[]
}

export interface Blueprint {
  readonly network: Network
  readonly input: Shape
  readonly output: Shape
  readonly root: LayerBlueprint
  /** All parameters in the network's order, including running statistics. */
  readonly parameters: readonly ParameterBlueprint[]
}
