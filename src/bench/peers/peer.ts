/** Other programs that train the same networks: what the bench asks of them. */
import type { Effort } from '../measure.ts'

export const peerNames = ['pytorch', 'jax-js'] as const
export type PeerName = (typeof peerNames)[number]

export interface PeerProblem {
  readonly depth: number
  readonly width: number
  readonly batch: number
  readonly classes: number
  readonly rate: number
  /** The most threads that the peer may use. With 1 it is timed by the processor's time. */
  readonly threadLimit: number
  readonly effort: Effort
}

/** A network that the peer is warmed up with. */
export interface PreparedPeer {
  /** The numbers of threads to try. */
  readonly threadCounts: readonly number[]
  /** The median of some steps, in milliseconds. */
  turn(threads: number): Promise<number>
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
