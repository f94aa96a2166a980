/** A probe that gives one number for each stage of the network. */
import type { Optimizer } from '../graph/optimizers/table.ts'
import type { Needs, PassView, WeightsOf } from './pass.ts'

/** What a probe may know beside what it sees. */
export interface Setting {
  readonly optimizer: Optimizer
  /** The weights before the first step. */
  readonly start?: WeightsOf
}

/**
 * When a diagnosis reads a probe: at every look during a training, or only before the first step and after the last, where it
 * costs too much for more or says nothing on the way.
 */
export type ProbeSchedule = 'snapshots' | 'ends'

export interface LayerProbe {
  /** As a picture's heading has it. */
  readonly title: string
  readonly unit?: string
  /** How it is best drawn. */
  readonly scale: 'log' | 'linear'
  /** What values there can be, where a picture should show all of it. */
  readonly domain?: readonly [number, number]
  readonly when: ProbeSchedule
  readonly needs: Needs
  /** One value for each of the sight's stages; NaN where there is none. */
  read(view: PassView, setting: Setting): readonly number[] | Promise<readonly number[]>
}
