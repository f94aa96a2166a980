/** Schedules of the learning rate over a run. */
import { z } from 'zod'
import { describeValue } from '../support/describe-value.ts'
import { type Kind, readNumbers } from '../support/kinds.ts'
import { cos } from '../support/numbers.ts'
import { once } from '../support/once.ts'

/** A schedule of the learning rate. */
export interface Schedule {
  readonly name: ScheduleName
  /** Number of warm-up steps. */
  readonly warmup: number
  /** Factor on the learning rate in a warm-up with a constant rate. */
  readonly warmupFactor?: number
  /**
   * A warm-up that ends when the training error is low enough. If a schedule has such a warm-up, `warmup` is 0, because
   * the length of the warm-up is unknown beforehand.
   */
  readonly untilError?: ErrorWarmup
  /**
   * Smallest number of weighted layers for which the warm-up is used. `fromLayers` is absent once the network is known.
   */
  readonly fromLayers?: number
  /** Points at which the learning rate drops, as fractions of the run. */
  readonly dropAt: readonly number[]
  /** Factor by which the learning rate is multiplied at each drop. */
  readonly dropFactor: number
}

/** A warm-up that ends when the training error is low enough. */
export interface ErrorWarmup {
  /** Factor on the learning rate during the warm-up. */
  readonly factor: number
  /** Training error below which the warm-up ends, from 0 to 1. */
  readonly error: number
  /** Number of steps between measurements of the training error. */
  readonly every: number
  /**
   * Number of training samples in a measurement of the training error. The error of a smaller training set is measured
   * on all of its samples.
   */
  readonly samples: number
}

const schedules = {
  constant: () => 1,
  cosine: ({ warmup }: Schedule, step: number, steps: number) => {
    return (1 + cos((Math.PI * Math.max(0, step - warmup)) / Math.max(1, steps - warmup))) / 2
  },
  step: ({ dropAt, dropFactor }: Schedule, step: number, steps: number) =>
    dropAt.reduce((factor, fraction) => (step >= firstStepAt(fraction, steps) ? factor * dropFactor : factor), 1),
} satisfies Record<string, (schedule: Schedule, step: number, steps: number) => number>

/**
 * Returns the first step at or after a fraction of the run. For example, 0.55 * 100 is slightly more than 55 by
 * rounding, but a drop at 0.55 of 100 steps must be at step 55 and not at step 56.
 */
const firstStepAt = (fraction: number, steps: number): number => fraction * steps * (1 - 1e-12)

export type ScheduleName = keyof typeof schedules

export const scheduleNames: readonly ScheduleName[] = ['constant', 'cosine', 'step']

const isFraction = (value: unknown): value is number => typeof value === 'number' && value > 0 && value < 1

/** Points at which the step schedule lowers the learning rate, as fractions of the run. */
export const fractionsOfRun: Kind<readonly number[]> = {
  expected: 'fractions of the run, such as 0.5 and 0.75',
  accepts: (value): value is readonly number[] => Array.isArray(value) && value.length > 0 && value.every(isFraction),
  found: (value) => (Array.isArray(value) ? value.join(', ') || 'none' : describeValue(value)),
  text: { read: readNumbers, expected: 'fractions of the run, such as 0.5,0.75' },
}

const warmupSchema = () =>
  z.strictObject({
    factor: z.number(),
    error: z.number(),
    every: z.number().int().positive(),
    samples: z.number().int().positive(),
  }) satisfies z.ZodType<ErrorWarmup>

const scheduleSchema = once(
  () =>
    z.strictObject({
      name: z.enum(scheduleNames),
      warmup: z.number().int().nonnegative(),
      warmupFactor: z.number().optional(),
      untilError: warmupSchema().optional(),
      fromLayers: z.number().int().nonnegative().optional(),
      dropAt: z.array(z.number()).readonly(),
      dropFactor: z.number(),
    }) satisfies z.ZodType<Schedule>,
)

/** A schedule, as stored in the settings of a training. */
export const schedule: Kind<Schedule> = {
  expected: 'a schedule of the learning rate',
  accepts: (value): value is Schedule => scheduleSchema().safeParse(value).success,
}

/**
 * Returns the factor on the learning rate for step `step` of `steps` steps, counted from 0. `warmedUpAt` is the first
 * step after a warm-up that ends at an error. `warmedUpAt` is absent until the warm-up has ended.
 */
export function scheduleFactor(schedule: Schedule, step: number, steps: number, warmedUpAt?: number): number {
  return warmth(schedule, step, warmedUpAt) * schedules[schedule.name](schedule, step, steps)
}

function warmth({ warmup, warmupFactor, untilError }: Schedule, step: number, warmedUpAt = Infinity): number {
  if (untilError) return step < warmedUpAt ? untilError.factor : 1
  if (step >= warmup) return 1
  return warmupFactor ?? (step + 1) / warmup
}

/**
 * Returns the schedule for a network of `layers` weighted layers. A warm-up that is meant for networks with more layers
 * is removed.
 */
export function scheduleForLayers(schedule: Schedule, layers: number): Schedule {
  const { fromLayers = 0, ...all } = schedule
  if (layers >= fromLayers) return all
  const { warmupFactor: _, untilError: __, ...others } = all
  return { ...others, warmup: 0 }
}

/** Describes a schedule in words, such as `cosine rate after 100 steps of warm-up`. */
export function describeSchedule(schedule: Schedule): string {
  const from = schedule.fromLayers === undefined ? '' : ` (for networks of at least ${schedule.fromLayers} layers)`
  return `${describeDrops(schedule)}${describeWarmup(schedule)}${from}`
}

/** Describes a schedule without its warm-up. */
export function describeDrops({ name, dropAt, dropFactor }: Pick<Schedule, 'name' | 'dropAt' | 'dropFactor'>): string {
  const places = [dropAt.slice(0, -1).join(', '), dropAt[dropAt.length - 1]].filter((place) => place !== '')
  return name === 'step'
    ? `rate multiplied by ${dropFactor} at ${places.join(' and ')} of the run's steps`
    : `${name} rate`
}

function describeWarmup({ warmup, warmupFactor, untilError }: Schedule): string {
  if (untilError) {
    const error = Number((100 * untilError.error).toPrecision(6))
    return `, ${untilError.factor} times the rate until the training error is below ${error}%`
  }
  if (warmup === 0) return ''
  const steps = warmup === 1 ? 'step' : `${warmup} steps`
  return warmupFactor === undefined
    ? ` after ${warmup === 1 ? 'a step' : steps} of warm-up`
    : `, ${warmupFactor} times the rate in the first ${steps}`
}
