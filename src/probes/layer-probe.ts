/** A probe that gives one number for each stage of the network. */
import type { Optimizer } from '../graph/optimizers/table.ts'
import type { Needs, PassView, WeightsOf } from './pass.ts'

/** Facts about a training that a probe may use in addition to the values of the probe pass. */
export interface Setting {
  readonly optimizer: Optimizer
  /** The weights before the first step. */
  readonly start?: WeightsOf
}

/**
 * Schedule by which a diagnosis reads a probe: `snapshots` means at every snapshot during a training, and `ends` means
 * only before the first step and after the last step. Probes that are slow, or that say little during the training,
 * have the schedule `ends`.
 */
export type ProbeSchedule = 'snapshots' | 'ends'

export interface LayerProbe {
  /** The title of the probe, as in the heading of a picture. */
  readonly title: string
  readonly unit?: string
  /** The scale of the axis on which the values of the probe are best drawn. */
  readonly scale: 'log' | 'linear'
  /**
   * The range of all possible values of the probe. The range is absent if a picture should show only the range of the
   * measured values.
   */
  readonly domain?: readonly [number, number]
  readonly when: ProbeSchedule
  readonly needs: Needs
  /** Reads one value for each stage of the view, or NaN for a stage without a value. */
  read(view: PassView, setting: Setting): readonly number[] | Promise<readonly number[]>
}
