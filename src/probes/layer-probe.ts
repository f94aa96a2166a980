/** A probe that gives one number for each stage of the network. */
import type { Optimizer } from '../graph/optimizers/table.ts'
import type { Needs, PassView, WeightsOf } from './pass.ts'

/** The setting of a training that a probe may use in addition to the pass. */
export interface Setting {
  readonly optimizer: Optimizer
  /** The weights before the first step. */
  readonly start?: WeightsOf
}

/**
 * When a diagnosis reads a probe: `snapshots` means at every snapshot during a training, `ends` only before the first
 * step and after the last. Probes that are slow, or that say little during the training, are read only at the ends.
 */
export type ProbeSchedule = 'snapshots' | 'ends'

export interface LayerProbe {
  /** The title of the probe, as in the heading of a picture. */
  readonly title: string
  readonly unit?: string
  /** The scale on which the values are best drawn. */
  readonly scale: 'log' | 'linear'
  /** The range of possible values; absent if a picture should show only the range of the measured values. */
  readonly domain?: readonly [number, number]
  readonly when: ProbeSchedule
  readonly needs: Needs
  /** Reads one value for each stage of the view; NaN for a stage without a value. */
  read(view: PassView, setting: Setting): readonly number[] | Promise<readonly number[]>
}
