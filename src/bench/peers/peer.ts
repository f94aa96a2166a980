/** The interface of peers, which are other programs that train the same networks for the bench. */
import type { Effort } from '../measure.ts'

export const peerNames = ['pytorch', 'jax-js'] as const
export type PeerName = (typeof peerNames)[number]

/**
 * A network that a peer program should build. The peer's network must have as many parameters as the network of
 * Isobath.
 */
export type PeerNetwork =
  /**
   * Dense layers with biases and Glorot initialization. A tanh follows each hidden layer, and the last layer is the
   * read-out.
   */
  | { readonly kind: 'mlp'; readonly depth: number; readonly width: number }
  /** The CIFAR network of He et al. (2015) with 6n + 2 layers, shortcuts without parameters, and He initialization. */
  | {
      readonly kind: 'resnet'
      readonly depth: number
      readonly channels: number
      readonly height: number
      readonly width: number
    }

export interface PeerProblem {
  readonly network: PeerNetwork
  readonly batch: number
  readonly classes: number
  readonly rate: number
  readonly weightDecay: number
  /**
   * Number of parameters of Isobath's network. A peer whose network has another number of parameters than Isobath's
   * network is not compared.
   */
  readonly parameters: number
  /**
   * Largest number of threads that the peer may use. With a limit of 1 thread, the bench measures the processor time of
   * the peer.
   */
  readonly threadLimit: number
  readonly effort: Effort
}

/** Memory layout of images in a peer program: channel by channel, or all channels of a position together. */
export type ImageLayout = 'NCHW' | 'channels_last'

/** A setting of a peer program that its users choose and that affects its speed. */
export interface PeerSetting {
  readonly threads: number
  /** The memory layout of images; null for networks without images. */
  readonly layout: ImageLayout | null
}

/** A network that the peer program has built and warmed up. */
export interface PreparedPeer {
  /** The settings of the peer that the bench measures. */
  readonly settings: readonly PeerSetting[]
  /** Times some training steps in one setting of the peer, and returns the duration of each step, in milliseconds. */
  timeTurn(setting: PeerSetting): Promise<readonly number[]>
}

export interface Peer {
  readonly name: string
  readonly version: string
  /** Facts that affect the peer's speed, apart from the version, such as a library or a backend. */
  readonly facts: Readonly<Record<string, string>>
  /** A warning that the comparison with the peer is unfair to the peer; null if the comparison is fair. */
  readonly warning: string | null
  /**
   * Builds a network in the peer and runs its warm-up steps. Throws if the peer cannot build the network or takes too
   * long.
   */
  prepare(problem: PeerProblem, abort: AbortSignal): Promise<PreparedPeer>
  dispose(): void
}

/** The reason why the requested peer program can't run. */
export interface MissingPeer {
  readonly missing: string
}
