/** The network with sizes: every layer's shapes, parameters and place, before any mathematics. */
import type { Initializer, Layer, Network } from '../network/network.ts'

/** Sizes of one sample or one tensor, outermost first: [features] or [channels, height, width]. */
export type Shape = readonly number[]

export type ParameterRole = 'weight' | 'bias' | 'scale' | 'shift' | 'multiplier' | 'runningMean' | 'runningVariance'

export interface ParameterBlueprint {
  /** The layer's path and `.weight`, `.bias`, `.multiplier`, `.running_mean` or `.running_var`; unique in the network. */
  readonly name: string
  readonly role: ParameterRole
  /** Loop counts first (outermost first), then the tensor's own sizes; dense weights are [out, in], a convolution's [out, in, height, width]. */
  readonly shape: Shape
  /** The counts of the repeats around the layer, outermost first: a prefix of `shape`. */
  readonly loops: Shape
  readonly fanIn: number
  readonly fanOut: number
  /** The layer's initializer where the role is weight or bias; scales start at 1, the rest at 0, running variances at 1. */
  readonly init?: Initializer
  /** What all values start at, where that isn't what the role says. */
  readonly start?: number
  /** False for running statistics and for layers that aren't trained: they are saved, but not updated. */
  readonly trainable: boolean
}

export interface LayerBlueprint {
  /** Names from the root, joined by dots; the root chain's own name is left out, so `first`, `hidden.dense1`. */
  readonly path: string
  readonly layer: Layer
  readonly input: Shape
  readonly output: Shape
  /** The counts of the repeats around this layer, outermost first. */
  readonly loops: Shape
  /** This layer's own parameters (not its children's), weight before bias. */
  readonly parameters: readonly ParameterBlueprint[]
  /** chain: its layers; residual: the branch, then the shortcut if there is one; repeat: the block; else empty. */
  readonly children: readonly LayerBlueprint[]
}

export interface Blueprint {
  readonly network: Network
  readonly input: Shape
  readonly output: Shape
  readonly root: LayerBlueprint
  /** All parameters, running statistics included, in the network's order. */
  readonly parameters: readonly ParameterBlueprint[]
}
