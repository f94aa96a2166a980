/** The interface of peers, which are other programs that train the same networks for the bench. */
import type { Effort } from '../measure.ts'

export const peerNames = ['pytorch', 'jax-js'] as const
export type PeerName = (typeof peerNames)[number]

/** A network that a peer should build. The peer's network must have as many parameters as the network of Isobath. */
export type PeerNetwork =
  /** Dense layers with biases, each followed by a tanh, and a read-out, with Glorot initialization. */
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
   * Number of parameters of Isobath's network. A peer whose network has another number of parameters is not compared.
   */
  readonly parameters: number
  /** Largest number of threads that the peer may use. With 1 thread, the peer is timed in processor time. */
  readonly threadLimit: number
  readonly effort: Effort
}

/** Memory layout of images in a peer: channel by channel, or all channels of a position together. */
export type ImageLayout = 'NCHW' | 'channels_last'

/** A setting that users of a peer choose and that affects the peer's speed. */
export interface PeerSetting {
  readonly threads: number
  /** The memory layout of images; null for networks without images. */
  readonly layout: ImageLayout | null
}

/** A network that the peer has built and warmed up. */
export interface PreparedPeer {
  /** The settings to measure. */
  readonly settings: readonly PeerSetting[]
  /** Times some steps in one setting, and returns the duration of each step, in milliseconds. */
  timeTurn(setting: PeerSetting): Promise<readonly number[]>
}

export interface Peer {
  readonly name: string
  readonly version: string
  /** Other facts that affect the peer's speed, such as a library or a backend. */
  readonly facts: Readonly<Record<string, string>>
  /** A warning that the comparison is unfair to the peer; null if the comparison is fair. */
  readonly warning: string | null
  /** Builds a network and warms it up. Throws if the peer cannot build the network or takes too long. */
  prepare(problem: PeerProblem, abort: AbortSignal): Promise<PreparedPeer>
  dispose(): void
}

/** The reason why a requested peer is missing. */
export interface MissingPeer {
  readonly missing: string
}
