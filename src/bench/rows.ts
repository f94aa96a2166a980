/** The rows of the bench: what was measured, what it is compared with, and the bar it should reach. */
import { median } from './measure.ts'

export type Unit = 'ms' | 'GFLOP/s' | 'bytes'

/** What a ratio should come to, and what would be better still. */
export interface Bar {
  readonly is: 'at least' | 'at most'
  readonly reach: number
  readonly beyond: number
}

export const atLeast = (reach: number, beyond: number): Bar => ({ is: 'at least', reach, beyond })
export const atMost = (reach: number, beyond: number): Bar => ({ is: 'at most', reach, beyond })

/** What a row's ratio is taken against; `peer` is another program, the others are measurements of this one. */
export type Against = 'peer' | 'peak' | 'shallow'

export interface BenchRow {
  readonly name: string
  readonly unit: Unit
  /** The median of the rounds. */
  readonly ours: number
  /** The peer's median; null without a peer, and where the row has none. */
  readonly peer: number | null
  /** The threads that the peer was fastest with. */
  readonly peerThreads: number | null
  readonly against: Against
  /** The median of the peak, or of the shallower network; null where the row is compared with a peer. */
  readonly reference: number | null
  /** The median of the rounds' ratios: peer / ours, ours / peak, or deep / shallow. */
  readonly ratio: number | null
  /** The least and the greatest ratio of a round. */
  readonly spread: readonly [number, number] | null
  readonly ratios: readonly number[]
  readonly bar: Bar | null
  readonly reached: 'beyond' | 'yes' | 'no' | null
  /** Why something is missing. */
  readonly note: string | null
}

export interface Measured {
  readonly name: string
  readonly unit: Unit
  readonly against: Against
  /** One figure a round. */
  readonly ours: readonly number[]
  readonly others?: readonly number[]
  readonly peerThreads?: number
  readonly bar?: Bar
  readonly note?: string
}

function judge(ratio: number | null, bar: Bar | null): BenchRow['reached'] {
  if (ratio === null || bar === null) return null
  const meets = (limit: number): boolean => (bar.is === 'at least' ? ratio >= limit : ratio <= limit)
  return meets(bar.beyond) ? 'beyond' : meets(bar.reach) ? 'yes' : 'no'
}

/** The row of some rounds. Figures of the same round are compared: the machine's speed changes while the bench runs. */
export function rowOf({ name, unit, against, ours, others, peerThreads, bar, note }: Measured): BenchRow {
  const ratios = (others ?? []).map((other, round) => (against === 'peer' ? other / ours[round] : ours[round] / other))
  const ratio = ratios.length > 0 ? median(ratios) : null
  const other = others && others.length > 0 ? median(others) : null
  return {
    name,
    unit,
    ours: median(ours),
    peer: against === 'peer' ? other : null,
    peerThreads: peerThreads ?? null,
    against,
    reference: against === 'peer' ? null : other,
    ratio,
    spread: ratios.length > 0 ? [Math.min(...ratios), Math.max(...ratios)] : null,
    ratios,
    bar: bar ?? null,
    reached: judge(ratio, bar ?? null),
    note: note ?? null,
  }
}
