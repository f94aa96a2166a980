/** What a training needs to know, with defaults filled in and nonsense refused. */

import type { Order } from '../data/order.ts'
import type { Standardisation } from '../data/standardise.ts'
import type { LossName } from '../graph/programs.ts'
import { IsobathError } from '../support/errors.ts'
import { momentum, type Optimizer } from './optimizers.ts'
import type { ScheduleName } from './schedules.ts'

export interface TrainingOptions {
  /** momentum({ rate: 0.03 }) by default. */
  readonly optimizer?: Optimizer
  /** constant by default. */
  readonly schedule?: ScheduleName
  /** Samples in a batch, 128 by default; at most the training set. */
  readonly batch?: number
  /** Updates to make; instead of `epochs`. */
  readonly steps?: number
  /** Passes over the training set, 10 by default. The last step's batch may run over into the next pass. */
  readonly epochs?: number
  /** cross-entropy by default. squared-error compares with 1 at the label's output and 0 elsewhere. */
  readonly loss?: LossName
  /** per-channel by default. */
  readonly standardise?: Standardisation
  /** shuffled by default. */
  readonly order?: Order
  /** Chooses the initial weights, the order and the dropout masks; 0 by default. */
  readonly seed?: number
  /** Keep the loss of every so manieth step; 1 by default. */
  readonly logEvery?: number
}

export interface TrainingSettings {
  readonly optimizer: Optimizer
  readonly schedule: ScheduleName
  readonly batch: number
  readonly steps: number
  readonly loss: LossName
  readonly standardise: Standardisation
  readonly order: Order
  readonly seed: number
  readonly logEvery: number
}

function whole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new IsobathError('option', `${name}: expected a whole number of at least ${least}, got ${value}.`)
}

/** The options with defaults, for a training set of so many samples. Throws an `option` error on a bad value. */
export function resolveOptions(options: TrainingOptions, samples: number): TrainingSettings {
  const { steps, epochs } = options
  if (steps !== undefined && epochs !== undefined) {
    throw new IsobathError('option', 'steps and epochs: expected one of them, got both. Leave one out.')
  }
  if (epochs !== undefined && !(Number.isFinite(epochs) && epochs > 0)) {
    throw new IsobathError('option', `epochs: expected a number above 0, got ${epochs}.`)
  }
  const batch = Math.min(whole('batch', options.batch ?? 128, 1), samples)
  return {
    optimizer: options.optimizer ?? momentum(),
    schedule: options.schedule ?? 'constant',
    batch,
    steps: steps === undefined ? Math.ceil(((epochs ?? 10) * samples) / batch) : whole('steps', steps, 1),
    loss: options.loss ?? 'cross-entropy',
    standardise: options.standardise ?? 'per-channel',
    order: options.order ?? 'shuffled',
    seed: whole('seed', options.seed ?? 0, 0),
    logEvery: whole('log-every', options.logEvery ?? 1, 1),
  }
}
