/** What a training needs to know, with defaults filled in and nonsense refused. */

import type { Task } from '../data/dataset.ts'
import type { Order } from '../data/order.ts'
import type { Standardisation } from '../data/standardise.ts'
import type { LossName } from '../graph/programs.ts'
import { IsobathError } from '../support/errors.ts'
import { suggestion } from '../support/nearest.ts'
import type { LayerRates } from './layer-rates.ts'
import { momentum, type Optimizer } from './optimizers.ts'
import { resolveSchedule, type Schedule, type ScheduleOptions, scheduleNames } from './schedules.ts'

export const lossNames: readonly LossName[] = ['cross-entropy', 'squared-error']
export const standardisationNames: readonly Standardisation[] = ['per-channel', 'per-pixel', 'none']
export const orderNames: readonly Order[] = ['shuffled', 'sequential']

export interface TrainingOptions extends ScheduleOptions {
  /** momentum({ rate: 0.03 }) by default. */
  readonly optimizer?: Optimizer
  /** The gradient of all parameters together is scaled down to this norm where it is longer; not at all by default. */
  readonly clipNorm?: number
  /** Factors on the rate by layer, such as { readout: 0.1 }. */
  readonly layerRates?: LayerRates
  /** Samples in a batch, 128 by default; the whole training set where it has fewer. */
  readonly batch?: number
  /** Updates to make; instead of `epochs`. */
  readonly steps?: number
  /** Passes over the training set, 10 by default. The last step's batch may run over into the next pass. */
  readonly epochs?: number
  /**
   * cross-entropy by default, and squared-error where the targets are values. With classes, squared-error compares with
   * 1 at the label's output and 0 elsewhere.
   */
  readonly loss?: LossName
  /** per-channel by default. */
  readonly standardise?: Standardisation
  /** shuffled by default. */
  readonly order?: Order
  /** Chooses the initial weights, the order and the dropout masks; 0 by default. */
  readonly seed?: number
  /** Keep the loss of every so manieth step, and of the last; 1 by default. */
  readonly logEvery?: number
}

export interface TrainingSettings {
  readonly optimizer: Optimizer
  readonly schedule: Schedule
  readonly clipNorm: number | null
  readonly layerRates: LayerRates
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

function oneOf<N extends string>(name: string, value: N, names: readonly N[]): N {
  if (names.includes(value)) return value
  const remedy = suggestion(value, names).trim() || 'Choose one of them.'
  throw new IsobathError('option', `${name}: expected one of ${names.join(', ')}, got ${value}. ${remedy}`)
}

/** Ten epochs unless something else was asked for. */
function stepsOf({ steps, epochs = 10 }: TrainingOptions, samples: number, batch: number): number {
  if (steps !== undefined) return whole('steps', steps, 1)
  const count = Math.ceil((epochs * samples) / batch)
  if (epochs > 0 && Number.isSafeInteger(count)) return count
  throw new IsobathError('option', `epochs: expected a number above 0 that can be counted in steps, got ${epochs}.`)
}

/** Classes can be told apart by either loss; values have no cross-entropy. */
function lossFor(task: Task, asked?: LossName): LossName {
  const loss = oneOf('loss', asked ?? (task === 'classification' ? 'cross-entropy' : 'squared-error'), lossNames)
  if (task === 'classification' || loss === 'squared-error') return loss
  throw new IsobathError(
    'option',
    `loss: expected squared-error, since the data's targets are values and not classes (${task}), got ${loss}. Leave it out.`,
  )
}

/**
 * The options with defaults, for a training set of so many samples and what it asks for. Throws an `option` error on a
 * bad value.
 */
export function resolveOptions(
  options: TrainingOptions,
  samples: number,
  task: Task = 'classification',
): TrainingSettings {
  const { steps, epochs } = options
  if (steps !== undefined && epochs !== undefined) {
    throw new IsobathError('option', 'steps and epochs: expected one of them, got both. Leave one out.')
  }
  const batch = Math.min(whole('batch', options.batch ?? 128, 1), samples)
  const total = stepsOf(options, samples, batch)
  const { clipNorm = null, layerRates = {} } = options
  if (clipNorm !== null && !(Number.isFinite(clipNorm) && clipNorm > 0)) {
    throw new IsobathError('option', `clip-norm: expected a number above 0, got ${clipNorm}.`)
  }
  return {
    optimizer: options.optimizer ?? momentum(),
    schedule: resolveSchedule(oneOf('schedule', options.schedule ?? 'constant', scheduleNames), options, total),
    clipNorm,
    layerRates,
    batch,
    steps: total,
    loss: lossFor(task, options.loss),
    standardise: oneOf('standardise', options.standardise ?? 'per-channel', standardisationNames),
    order: oneOf('order', options.order ?? 'shuffled', orderNames),
    seed: whole('seed', options.seed ?? 0, 0),
    logEvery: whole('log-every', options.logEvery ?? 1, 1),
  }
}
