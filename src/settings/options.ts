/**
 * Resolves the options of a training to its settings. Defaults are filled in, and options that depend on other options
 * or on the data are computed.
 */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { weightedLayers } from '../blueprint/weighted-layers.ts'
import type { Task } from '../data/dataset.ts'
import { type TargetStandardization, usualTargets } from '../data/standardize.ts'
import { counted, oneOfWords } from '../format/words.ts'
import { type LossName, lossNames, usualHuberDelta } from '../graph/losses.ts'
import { IsobathError } from '../support/errors.ts'
import { type Fields, field, type Output, pickOptions, readStored, withDefaults, without } from '../support/fields.ts'
import { count, oneOf } from '../support/kinds.ts'
import { currentNames } from '../support/renamed.ts'
import type { EvaluateEvery } from './evaluate-every.ts'
import { type LossAlias, lossNamed } from './loss-kind.ts'
import { probeSettings } from './probe-settings.ts'
import type { RecipeName } from './recipe-names.ts'
import { withRecipe } from './recipes.ts'
import { resolveSchedule } from './resolve-schedule.ts'
import { checkOneLength, lengthOf, scaled, scaleOf, stepsIn } from './run-length.ts'
import { describeSchedule, schedule, scheduleForLayers } from './schedules.ts'
import { lossesFor, usualLoss } from './task-losses.ts'
import { type TrainingOptions, training } from './training.ts'

const { recipe, stepsScale, optimizer, ...others } = without(
  training,
  'warmup',
  'warmupFactor',
  'warmupUntilError',
  'warmupFromLayers',
  'dropAt',
  'dropFactor',
  'epochs',
)

/**
 * The settings of a training, in the order of run.json. A setting is either an option stored as given, or a value
 * computed from several options.
 */
export const trainingSettings = {
  recipe,
  /** Factor by which the number of training steps was multiplied, absent if the factor is 1. */
  stepsScale: field(stepsScale.kind),
  optimizer,
  /** Schedule of the learning rate, with its warm-up. */
  schedule: field(schedule, { required: true, describe: describeSchedule }),
  ...without(others, 'schedule'),
  steps: field(count(), { required: true }),
  loss: field(oneOf(lossNames), { required: true }),
  /** Number of steps between evaluations, absent if the network is not evaluated during the training. */
  evaluateEvery: field(count()),
  /** Probes that read each layer during the training, absent if there are none. */
  probes: field(probeSettings),
} satisfies Fields

export type TrainingSettings = Output<typeof trainingSettings>

/**
 * Resolves the options of a training for a training set of `samples` samples and a task. Throws an `option` error for a
 * bad value, and for options that don't go together.
 */
export function resolveOptions(
  given: TrainingOptions,
  samples: number,
  task: Task = 'classification',
): TrainingSettings {
  const own = pickOptions(training, given)
  checkOneLength(own)
  const { recipe } = own
  const options = recipe === undefined ? own : withRecipe(own, recipe)
  const batch = Math.min(options.batch ?? training.batch.default, samples)
  const scale = scaleOf(options)
  const steps = scaled(lengthOf(options, samples, batch), scale)
  const warmup = options.warmup === undefined ? undefined : scaled(options.warmup, scale)
  if (recipe !== undefined) checkOwnWarmup(recipe, own, steps, warmup)
  checkClassOptions(options, task)
  const loss = lossFor(task, options.loss)
  return withDefaults(trainingSettings, {
    ...options,
    stepsScale: scale === 1 ? undefined : scale,
    start: options.start === 'drawn' ? undefined : options.start,
    schedule: resolveSchedule({ ...options, warmup }, steps),
    batch,
    steps,
    loss,
    huberDelta: huberDeltaFor(loss, options.huberDelta),
    standardizeTargets: targetsFor(task, options),
    evaluateEvery: evaluationSteps(options, samples, batch),
  })
}

/**
 * Returns the settings of a training for a network. A warm-up that is meant for networks with more layers is removed.
 */
export function settingsFor({ root }: Blueprint, settings: TrainingSettings): TrainingSettings {
  return { ...settings, schedule: scheduleForLayers(settings.schedule, weightedLayers(root)) }
}

/**
 * Reads stored settings. Throws a `run` error for a bad value, and for a setting that this version of Isobath doesn't
 * know. `where` is the location of the settings in the file, for error messages.
 */
export function readSettings(stored: Readonly<Record<string, unknown>>, where: string): TrainingSettings {
  const settings = readStored(trainingSettings, stored, where)
  const { probes } = settings
  return probes === undefined ? settings : { ...settings, probes: { ...probes, of: currentNames(probes.of) } }
}

/**
 * Returns the number of steps between evaluations, or undefined if the network is not evaluated during the training.
 * For a training with a recipe or with early stopping, the default is one evaluation in each pass over the training
 * set. Throws an `option` error if a training should stop early but never be evaluated.
 */
function evaluationSteps(
  { evaluateEvery, earlyStopping, recipe }: TrainingOptions,
  samples: number,
  batch: number,
): number | undefined {
  const isEvaluated = recipe !== undefined || earlyStopping !== undefined
  const every: EvaluateEvery = evaluateEvery ?? (isEvaluated ? { epochs: 1 } : 'never')
  if (every === 'never' && earlyStopping !== undefined) {
    throw new IsobathError(
      'option',
      (option) =>
        `${option('earlyStopping')}: early stopping needs evaluations, but ${option('evaluateEvery')} is never. Leave one of the two options out.`,
    )
  }
  if (every === 'never') return undefined
  return typeof every === 'number' ? every : stepsIn('evaluateEvery', every.epochs, samples, batch)
}

/**
 * Returns how values to predict are standardized, or undefined if they are standardized as by default. So settings with
 * the same meaning are equal. Throws an `option` error if the task has no values to predict.
 */
function targetsFor(
  task: Task,
  { standardize = training.standardize.default, standardizeTargets }: TrainingOptions,
): TargetStandardization | undefined {
  if (standardizeTargets === undefined) return undefined
  if (task === 'regression') return standardizeTargets === usualTargets(standardize) ? undefined : standardizeTargets
  throw new IsobathError('option', (option) => {
    const start = `${option('standardizeTargets')}: expected a network that predicts values, but the network`
    return task === 'autoencoding'
      ? `${start} reproduces its standardized inputs. Use ${option('standardize')} instead.`
      : `${start} predicts classes. Leave the option out.`
  })
}

function lossFor(task: Task, given: LossName | LossAlias = usualLoss(task)): LossName {
  const loss = lossNamed(given)
  const suitable = lossesFor(task)
  if (suitable.includes(loss)) return loss
  throw new IsobathError(
    'option',
    (option) =>
      `${option('loss')}: expected ${oneOfWords(suitable)}, because the data's targets are values and not classes (${task}), got ${loss}. Leave the option out.`,
  )
}

/** Throws an `option` error if an option needs classes, and the task has none. */
function checkClassOptions({ classWeights, order }: TrainingOptions, task: Task): void {
  if (task === 'classification') return
  const key = classWeights !== undefined ? 'classWeights' : order === 'balanced' ? 'order' : undefined
  if (key === undefined) return
  throw new IsobathError(
    'option',
    (option) =>
      `${option(key)}: expected data with classes, but the data's targets are values (${task}). Leave the option out.`,
  )
}

/** Returns the option of the Huber loss. Throws an `option` error if the option is given for another loss. */
function huberDeltaFor(loss: LossName, given: number | undefined): number | undefined {
  if (loss === 'huber') return given ?? usualHuberDelta
  if (given === undefined) return undefined
  throw new IsobathError(
    'option',
    (option) =>
      `${option('huberDelta')}: only the loss huber has this option, got the loss ${loss}. Use ${option('loss', 'huber')}, or leave the option out.`,
  )
}

/**
 * Throws an `option` error if a recipe's warm-up is longer than the run. A recipe's warm-up suits the length of the
 * recipe's own run, and may be longer than the whole run of a user.
 */
function checkOwnWarmup(recipe: RecipeName, given: TrainingOptions, steps: number, warmup = 0): void {
  if (given.warmup !== undefined || warmup <= steps) return
  const length = given.steps === undefined ? 'epochs' : 'steps'
  const [stepsText, own] = [steps, warmup].map((count) => counted(count, 'step'))
  throw new IsobathError(
    'option',
    (option) =>
      `${option('warmup')}: expected at most the run's ${stepsText}, got ${own} from the recipe ${recipe}. Set ${option('warmup')} to 0, or use ${option('stepsScale')} instead of ${option(length)} to shorten the warm-up too.`,
  )
}
