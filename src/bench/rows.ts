/** The rows of the bench: each row has a measurement, a reference, and a bar that the ratio should reach. */
import { median } from './measure.ts'
import type { ImageLayout, PeerSetting } from './peers/peer.ts'

export type Unit = 'ms' | 'GFLOP/s' | 'bytes'

/** The bar that a ratio should reach: `reach` is the required value, and `beyond` is a more demanding value. */
export interface Bar {
  readonly is: 'at least' | 'at most'
  readonly reach: number
  readonly beyond: number
}

export const atLeast = (reach: number, beyond: number): Bar => ({ is: 'at least', reach, beyond })
export const atMost = (reach: number, beyond: number): Bar => ({ is: 'at most', reach, beyond })

/** The reference of a ratio. `peer` is another program; `peak`, `shallow` and `turns` are measurements of Isobath. */
export type Against = 'peer' | 'peak' | 'shallow' | 'turns'

/**
 * A setting of the peer program with its median step time over the rounds. A setting that is clearly slower than the
 * best setting is measured in only one round.
 */
export interface TriedSetting extends PeerSetting {
  readonly milliseconds: number
  readonly rounds: number
}

export interface BenchRow {
  readonly name: string
  readonly unit: Unit
  /** The figure of Isobath in the unit of the row: the median of the rounds. */
  readonly ours: number
  /** The figure of the peer in the unit of the row: the median of the rounds; null if the row has no peer. */
  readonly peer: number | null
  /** Number of threads in the fastest setting of the peer. */
  readonly peerThreads: number | null
  /** Memory layout of images in the fastest setting of the peer; null for networks without images. */
  readonly peerLayout: ImageLayout | null
  /** All settings of the peer that were measured. */
  readonly peerSettings: readonly TriedSetting[]
  readonly against: Against
  /**
   * The figure of the reference, which is the peak, the shallow network, or the trainings one after the other: the
   * median of the rounds. Null if the reference is a peer.
   */
  readonly reference: number | null
  /**
   * The median ratio of the rounds: peer / Isobath, one after the other / side by side, Isobath / peak, or deep /
   * shallow.
   */
  readonly ratio: number | null
  /** The smallest and the largest ratio that any round gave. */
  readonly spread: readonly [number, number] | null
  readonly ratios: readonly number[]
  readonly bar: Bar | null
  readonly reached: 'beyond' | 'yes' | 'no' | null
  /** The reason why a figure of the row is missing; null if no figure is missing. */
  readonly note: string | null
}

export interface MeasuredRow {
  readonly name: string
  readonly unit: Unit
  readonly against: Against
  /** The figures of Isobath, one for each round. */
  readonly ours: readonly number[]
  readonly others?: readonly number[]
  /** The fastest setting of the peer, in which the figures in `others` were measured. */
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

/**
 * Whether the ratio is the reference time divided by the time of Isobath, so a ratio above 1 means that Isobath is
 * faster.
 */
const isTimesFaster = (against: Against): boolean => against === 'peer' || against === 'turns'

/**
 * Builds a row of the bench from the figures of its rounds. Ratios compare figures of the same round, because the
 * machine's speed changes over time.
 */
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
