/** From the options of a training to its settings: defaults filled in, and what depends on other options or the data settled. */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { weightedLayers } from '../blueprint/weighted-layers.ts'
import type { Task } from '../data/dataset.ts'
import { type LossName, lossNames } from '../graph/losses.ts'
import { IsobathError } from '../support/errors.ts'
import { type Fields, field, type Output, pickOptions, readStored, withDefaults, without } from '../support/fields.ts'
import { count, oneOf } from '../support/kinds.ts'
import { currentNames } from '../support/renamed.ts'
import type { EvaluateEvery } from './evaluate-every.ts'
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
 * The settings of a training, in the order in which run.json has them: the options that are kept as they were given, and what
 * becomes of the others.
 */
export const trainingSettings = {
  recipe,
  /** The factor on the steps, where it isn't 1. */
  stepsScale: field(stepsScale.kind),
  optimizer,
  /** Of the rate, with its warm-up. */
  schedule: field(schedule, { required: true, describe: describeSchedule }),
  ...without(others, 'schedule'),
  steps: field(count(), { required: true }),
  loss: field(oneOf(lossNames), { required: true }),
  /** Steps between evaluations; absent where there are none. */
  evaluateEvery: field(count()),
  /** What is looked at in each layer on the way; absent where nothing is. */
  probes: field(probeSettings),
} satisfies Fields

export type TrainingSettings = Output<typeof trainingSettings>

/**
 * The settings of a training, for a training set of so many samples and what it asks for. Throws an `option` error on a bad
 * value, and on options that don't go together.
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
  return withDefaults(trainingSettings, {
    ...options,
    stepsScale: scale === 1 ? undefined : scale,
    schedule: resolveSchedule({ ...options, warmup }, steps),
    batch,
    steps,
    loss: lossFor(task, options.loss),
    evaluateEvery: evaluationSteps(options, samples, batch),
  })
}

/** The settings for a network: without a warm-up that is for deeper ones. */
export function settingsFor({ root }: Blueprint, settings: TrainingSettings): TrainingSettings {
  return { ...settings, schedule: scheduleForLayers(settings.schedule, weightedLayers(root)) }
}

/**
 * Settings that were stored, read again. Throws a `run` error on a value that isn't one, and on a setting that this version
 * doesn't know. `where`: their place in the file.
 */
export function readSettings(stored: Readonly<Record<string, unknown>>, where: string): TrainingSettings {
  const settings = readStored(trainingSettings, stored, where)
  const { probes } = settings
  return probes === undefined ? settings : { ...settings, probes: { ...probes, of: currentNames(probes.of) } }
}

/** Undefined where the network isn't scored on the way. With a recipe it is once in each pass, unless something else was given. */
function evaluationSteps(
  { evaluateEvery, recipe }: TrainingOptions,
  samples: number,
  batch: number,
): number | undefined {
  const every: EvaluateEvery = evaluateEvery ?? (recipe === undefined ? 'never' : { epochs: 1 })
  if (every === 'never') return undefined
  return typeof every === 'number' ? every : stepsIn('evaluateEvery', every.epochs, samples, batch)
}

function lossFor(task: Task, loss: LossName = usualLoss(task)): LossName {
  const suitable = lossesFor(task)
  if (suitable.includes(loss)) return loss
  throw new IsobathError(
    'option',
    (option) =>
      `${option('loss')}: expected ${suitable.join(' or ')}, since the data's targets are values and not classes (${task}), got ${loss}. Leave it out.`,
  )
}

/** A recipe's warm-up is as long as its own run asks for, which may be more than another run has. */
function checkOwnWarmup(recipe: RecipeName, given: TrainingOptions, steps: number, warmup = 0): void {
  if (given.warmup !== undefined || warmup <= steps) return
  const length = given.steps === undefined ? 'epochs' : 'steps'
  const stepsText = steps === 1 ? 'one step' : `${steps} steps`
  throw new IsobathError(
    'option',
    (option) =>
      `${option('warmup')}: expected no more than the run's ${stepsText}, got the ${warmup} of the recipe ${recipe}. Give a ${option('warmup')} of 0, or ${option('stepsScale')} instead of ${option(length)}, which makes both fewer.`,
  )
}
