/** The rows of the bench: what was measured, what it is compared with, and the bar it should reach. */
import { median } from './measure.ts'
import type { ImageLayout, PeerSetting } from './peers/peer.ts'

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
export type Against = 'peer' | 'peak' | 'shallow' | 'turns'

/** One of the peer's settings, with the median of its rounds; the slower ones have but one. */
export interface TriedSetting extends PeerSetting {
  readonly milliseconds: number
  readonly rounds: number
}

export interface BenchRow {
  readonly name: string
  readonly unit: Unit
  /** The median of the rounds. */
  readonly ours: number
  /** The peer's median; null without a peer, and where the row has none. */
  readonly peer: number | null
  /** The threads that the peer was fastest with. */
  readonly peerThreads: number | null
  /** How images lay in the peer's memory when it was fastest; null where there are none. */
  readonly peerLayout: ImageLayout | null
  /** All that was tried with the peer. */
  readonly peerSettings: readonly TriedSetting[]
  readonly against: Against
  /** The median of the peak, of the shallower network, or of trainings in turns; null where a peer is compared with. */
  readonly reference: number | null
  /** The median of the rounds' ratios: peer / ours, in turns / side by side, ours / peak, or deep / shallow. */
  readonly ratio: number | null
  /** The least and the greatest ratio of a round. */
  readonly spread: readonly [number, number] | null
  readonly ratios: readonly number[]
  readonly bar: Bar | null
  readonly reached: 'beyond' | 'yes' | 'no' | null
  /** Why something is missing. */
  readonly note: string | null
}

export interface MeasuredRow {
  readonly name: string
  readonly unit: Unit
  readonly against: Against
  /** One figure a round. */
  readonly ours: readonly number[]
  readonly others?: readonly number[]
  /** The peer's fastest setting, that of `others`. */
  readonly setting?: PeerSetting
  readonly tried?: readonly TriedSetting[]
  readonly bar?: Bar
  readonly note?: string
}

function judge(ratio: number | null, bar: Bar | null): BenchRow['reached'] {
  if (ratio === null || bar === null) return null
  const meets = (limit: number): boolean => (bar.is === 'at least' ? ratio >= limit : ratio <= limit)
  return meets(bar.beyond) ? 'beyond' : meets(bar.reach) ? 'yes' : 'no'
}

/** Those where it is the other's time over ours: more than 1 is faster. */
const isTimesFaster = (against: Against): boolean => against === 'peer' || against === 'turns'

/** The row of some rounds. Figures of the same round are compared: the machine's speed changes while the bench runs. */
export function rowOf({ name, unit, against, ours, others, setting, tried, bar, note }: MeasuredRow): BenchRow {
  const ratios = (others ?? []).map((other, round) =>
    isTimesFaster(against) ? other / ours[round] : ours[round] / other,
  )
  const ratio = ratios.length > 0 ? median(ratios) : null
  const other = others && others.length > 0 ? median(others) : null
  return {
    name,
    unit,
    ours: median(ours),
    peer: against === 'peer' ? other : null,
    peerThreads: setting?.threads ?? null,
    peerLayout: setting?.layout ?? null,
    peerSettings: tried ?? [],
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
