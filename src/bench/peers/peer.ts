/** Other programs that train the same networks: what the bench asks of them. */
import type { Effort } from '../measure.ts'

export const peerNames = ['pytorch', 'jax-js'] as const
export type PeerName = (typeof peerNames)[number]

/** A network as a peer is asked for it, in a peer's own terms: what it builds has as many parameters as ours. */
export type PeerNetwork =
  /** Dense layers with biases, each with a tanh, and the read-out; Glorot's rule. */
  | { readonly kind: 'mlp'; readonly depth: number; readonly width: number }
  /** The CIFAR network of He et al. (2015) of 6n + 2 layers, its shortcuts without parameters; He's rule. */
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
  /** Of our network; with another number the peer's is another network, and isn't compared. */
  readonly parameters: number
  /** The most threads that the peer may use. With 1 it is timed by the processor's time. */
  readonly threadLimit: number
  readonly effort: Effort
}

/** How images lie in a peer's memory: channel by channel, or all channels of a position together. */
export type ImageLayout = 'NCHW' | 'channels_last'

/** What a peer's speed depends on, and its users choose. */
export interface PeerSetting {
  readonly threads: number
  /** Null where there are no images. */
  readonly layout: ImageLayout | null
}

/** A network that the peer is warmed up with. */
export interface PreparedPeer {
  /** Those to try. */
  readonly settings: readonly PeerSetting[]
  /** The milliseconds of some steps. */
  timeRound(setting: PeerSetting): Promise<readonly number[]>
}

export interface Peer {
  readonly name: string
  readonly version: string
  /** What its speed depends on beside its version: a library, a backend. */
  readonly facts: Readonly<Record<string, string>>
  /** Why the comparison wouldn't be fair. */
  readonly warning: string | null
  /** Throws where the peer can't do the network, or takes too long. */
  prepare(problem: PeerProblem, abort: AbortSignal): Promise<PreparedPeer>
  dispose(): void
}

/** Why there is no peer to compare with. */
export interface MissingPeer {
  readonly missing: string
}
