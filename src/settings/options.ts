/** What a training needs to know, with defaults filled in and nonsense refused. */

import type { Blueprint } from '../blueprint/blueprint.ts'
import { weightedLayers } from '../blueprint/weighted-layers.ts'
import type { Augmentation } from '../data/augment.ts'
import type { Task } from '../data/dataset.ts'
import type { Order } from '../data/order.ts'
import type { Standardisation } from '../data/standardise.ts'
import { type LossName, lossNames } from '../graph/losses.ts'
import { createOptimizer, type Optimizer, rowOf, usualOptimizer } from '../graph/optimizers/table.ts'
import { IsobathError } from '../support/errors.ts'
import { foundText } from '../support/found.ts'
import { suggestion } from '../support/nearest.ts'
import type { LayerRates } from './layer-rates.ts'
import { type RecipeName, recipeNamed, recipeOptimizer, withRecipe } from './recipes.ts'
import { resolveSchedule, type Schedule, type ScheduleOptions, scheduleForLayers, scheduleNames } from './schedules.ts'
import { lossesFor, usualLoss } from './task-losses.ts'

export const standardisationNames: readonly Standardisation[] = ['per-channel', 'per-pixel', 'per-pixel-mean', 'none']
export const augmentationNames: readonly Augmentation[] = ['none', 'pad-crop-flip']
export const orderNames: readonly Order[] = ['shuffled', 'sequential']

/** Steps, passes over the training set, or not at all. */
export type EvaluateEvery = number | { readonly epochs: number } | 'never'

export interface TrainingOptions extends ScheduleOptions {
  /** What isn't said here is as in this published recipe; an optimizer is said as a whole. */
  readonly recipe?: RecipeName
  /**
   * Shrinks or stretches the run: its steps and those of a warm-up times this. Drops are at fractions of the run, which
   * stay; so do errors that end a warm-up, and how often things are logged, evaluated and saved. 1 by default.
   */
  readonly stepsScale?: number
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
  /** How images are varied each time they are trained on, standardised and never where they are scored; none by default. */
  readonly augment?: Augmentation
  /** shuffled by default. */
  readonly order?: Order
  /** Chooses the initial weights, the order, what augmentation makes of images and the dropout masks; 0 by default. */
  readonly seed?: number
  /** Keep the loss of every so manieth step, and of the last; 1 by default. */
  readonly logEvery?: number
  /**
   * How often the test set and a part of the training set are scored during the training, which changes nothing in it:
   * with a recipe once an epoch by default, else never.
   */
  readonly evaluateEvery?: EvaluateEvery
}

export interface TrainingSettings {
  /** The recipe that was followed in what was not said otherwise. */
  readonly recipe?: RecipeName
  /** What the steps were multiplied by, where that was asked for. */
  readonly stepsScale?: number
  readonly optimizer: Optimizer
  readonly schedule: Schedule
  readonly clipNorm: number | null
  readonly layerRates: LayerRates
  readonly batch: number
  readonly steps: number
  readonly loss: LossName
  readonly standardise: Standardisation
  readonly augment: Augmentation
  readonly order: Order
  readonly seed: number
  readonly logEvery: number
  /** Steps between evaluations; absent where there are none. */
  readonly evaluateEvery?: number
  /** What is looked at in each layer on the way; absent where nothing is. */
  readonly probes?: ProbeSettings
}

export interface ProbeSettings {
  /** The probes' names. */
  readonly of: readonly string[]
  /** Steps between looks. */
  readonly every: number
}

function whole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new IsobathError('option', `${name}: expected a whole number of at least ${least}, got ${foundText(value)}.`)
}

function oneOf<N extends string>(name: string, value: N, names: readonly N[]): N {
  if (names.includes(value)) return value
  const remedy = suggestion(value, names).trim() || 'Choose one of them.'
  const found = typeof value === 'string' ? value : foundText(value)
  throw new IsobathError('option', `${name}: expected one of ${names.join(', ')}, got ${found}. ${remedy}`)
}

/** Ten epochs unless something else was asked for. */
function stepsOf({ steps, epochs = 10 }: TrainingOptions, samples: number, batch: number): number {
  return steps === undefined ? stepsIn('epochs', epochs, samples, batch) : whole('steps', steps, 1)
}

function stepsIn(name: string, epochs: number, samples: number, batch: number): number {
  const count = Math.ceil((epochs * samples) / batch)
  if (typeof epochs === 'number' && epochs > 0 && Number.isSafeInteger(count)) return count
  throw new IsobathError(
    'option',
    `${name}: expected a number above 0 that can be counted in steps, got ${foundText(epochs)}.`,
  )
}

/** A run a thousand times as long as a paper's is a slip of the finger. */
const LARGEST_SCALE = 1000

/** So many of a schedule's steps, once it is shrunk or stretched; none of what there was some of is too few. */
function scaled(steps: number, scale: number): number {
  const count = Math.round(steps * scale)
  if (Number.isSafeInteger(count)) return steps > 0 ? Math.max(1, count) : steps
  throw new IsobathError('option', `steps-scale: expected steps that can be counted, got ${scale} times ${steps}.`)
}

function scaleOf({ stepsScale = 1, optimizer }: TrainingOptions): number {
  if (!(typeof stepsScale === 'number' && stepsScale > 0 && stepsScale <= LARGEST_SCALE)) {
    const expected = `a number above 0 and up to ${LARGEST_SCALE.toLocaleString('en-US')}`
    const remedy = stepsScale > LARGEST_SCALE ? ' For a longer run, give its steps.' : ''
    throw new IsobathError('option', `steps-scale: expected ${expected}, got ${foundText(stepsScale)}.${remedy}`)
  }
  const schedule = stepsScale === 1 || !optimizer ? undefined : rowOf(optimizer.rule).schedule(optimizer.rule)
  if (schedule !== undefined) {
    throw new IsobathError(
      'option',
      `steps-scale: ${schedule} counts its own steps, which aren't scaled. Leave one of them out.`,
    )
  }
  return stepsScale
}

function evaluationSteps(every: EvaluateEvery, samples: number, batch: number): number | undefined {
  if (every === 'never') return undefined
  if (typeof every === 'number') return whole('evaluate-every', every, 1)
  if (typeof every?.epochs === 'number') return stepsIn('evaluate-every', every.epochs, samples, batch)
  const expected = "steps, such as 500, or { epochs: 1 }, or 'never'"
  throw new IsobathError('option', `evaluate-every: expected ${expected}, got ${foundText(every)}.`)
}

function lossFor(task: Task, asked?: LossName): LossName {
  const loss = oneOf('loss', asked ?? usualLoss(task), lossNames)
  const suitable = lossesFor(task)
  if (suitable.includes(loss)) return loss
  throw new IsobathError(
    'option',
    `loss: expected ${suitable.join(' or ')}, since the data's targets are values and not classes (${task}), got ${loss}. Leave it out.`,
  )
}

/** A recipe's warm-up is as long as its own run asks for, which may be more than there is of another. */
function checkOwnWarmup(
  recipe: { readonly name: RecipeName },
  given: TrainingOptions,
  steps: number,
  warmup = 0,
): void {
  if (given.warmup !== undefined || warmup <= steps) return
  const length = given.steps === undefined ? 'epochs' : 'steps'
  throw new IsobathError(
    'option',
    `warmup: expected no more than the run's ${stepsText(steps)}, got the ${warmup} of the recipe ${recipe.name}. Give a warmup of 0, or steps-scale instead of ${length}, which makes both fewer.`,
  )
}

const stepsText = (steps: number): string => (steps === 1 ? 'one step' : `${steps} steps`)

/**
 * The options with defaults, for a training set of so many samples and what it asks for. Throws an `option` error on a
 * bad value.
 */
export function resolveOptions(
  given: TrainingOptions,
  samples: number,
  task: Task = 'classification',
): TrainingSettings {
  const recipe = given.recipe === undefined ? undefined : recipeNamed(given.recipe)
  const options = recipe ? withRecipe(given, recipe) : given
  const { steps, epochs } = options
  if (steps !== undefined && epochs !== undefined) {
    throw new IsobathError('option', 'steps and epochs: expected one of them, got both. Leave one out.')
  }
  const batch = Math.min(whole('batch', options.batch ?? 128, 1), samples)
  const scale = scaleOf(options)
  const total = scaled(stepsOf(options, samples, batch), scale)
  const { warmup } = options
  const rates = warmup === undefined || scale === 1 ? options : { ...options, warmup: scaled(warmup, scale) }
  const { evaluateEvery = recipe ? { epochs: 1 } : 'never' } = options
  const every = evaluationSteps(evaluateEvery, samples, batch)
  const { clipNorm = null, layerRates = {} } = options
  if (clipNorm !== null && !(Number.isFinite(clipNorm) && clipNorm > 0)) {
    throw new IsobathError('option', `clip-norm: expected a number above 0, got ${foundText(clipNorm)}.`)
  }
  if (typeof layerRates !== 'object' || layerRates === null || Array.isArray(layerRates)) {
    const example = '{ readout: 0.1 }'
    throw new IsobathError(
      'option',
      `layer-rates: expected an object such as ${example}, got ${foundText(layerRates)}.`,
    )
  }
  if (recipe) checkOwnWarmup(recipe, given, total, rates.warmup)
  return {
    ...(recipe ? { recipe: recipe.name } : {}),
    ...(scale === 1 ? {} : { stepsScale: scale }),
    optimizer: options.optimizer ?? (recipe ? recipeOptimizer(recipe) : createOptimizer(usualOptimizer)),
    schedule: resolveSchedule(oneOf('schedule', options.schedule ?? 'constant', scheduleNames), rates, total),
    clipNorm,
    layerRates,
    batch,
    steps: total,
    loss: lossFor(task, options.loss),
    standardise: oneOf('standardise', options.standardise ?? 'per-channel', standardisationNames),
    augment: oneOf('augment', options.augment ?? 'none', augmentationNames),
    order: oneOf('order', options.order ?? 'shuffled', orderNames),
    seed: whole('seed', options.seed ?? 0, 0),
    logEvery: whole('log-every', options.logEvery ?? 1, 1),
    ...(every === undefined ? {} : { evaluateEvery: every }),
  }
}

/** The settings for a network: without a warm-up that is for deeper ones. */
export function settingsFor({ root }: Blueprint, settings: TrainingSettings): TrainingSettings {
  return { ...settings, schedule: scheduleForLayers(settings.schedule, weightedLayers(root)) }
}
