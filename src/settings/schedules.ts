/** How the learning rate moves over a run. */
import { z } from 'zod'
import { describeValue } from '../support/describe-value.ts'
import { type Kind, readNumbers } from '../support/kinds.ts'
import { cos } from '../support/numbers.ts'
import { once } from '../support/once.ts'

export interface Schedule {
  readonly name: ScheduleName
  readonly warmup: number
  /** Of a warm-up that stays at one rate. */
  readonly warmupFactor?: number
  /** A warm-up whose end isn't known beforehand; `warmup` is 0 then. */
  readonly untilError?: ErrorWarmup
  /** Weighted layers that a network must have for the warm-up; gone once the network is known. */
  readonly fromLayers?: number
  readonly dropAt: readonly number[]
  readonly dropFactor: number
}

/** A warm-up that ends by what the network has learned. */
export interface ErrorWarmup {
  /** What the rate is multiplied by meanwhile. */
  readonly factor: number
  /** The warm-up is over where the error is below it, 0..1. */
  readonly error: number
  /** Steps from one look at the error to the next. */
  readonly every: number
  /** How many training samples are looked at, or all where there are fewer. */
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

/** 0.55 of 100 steps are 55 and a rounding error: that must not make it step 56. */
const firstStepAt = (fraction: number, steps: number): number => fraction * steps * (1 - 1e-12)

export type ScheduleName = keyof typeof schedules

export const scheduleNames: readonly ScheduleName[] = ['constant', 'cosine', 'step']

const isFraction = (value: unknown): value is number => typeof value === 'number' && value > 0 && value < 1

/** Where the step schedule drops. */
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

/** A schedule as settings hold it. */
export const schedule: Kind<Schedule> = {
  expected: 'a schedule of the rate',
  accepts: (value): value is Schedule => scheduleSchema().safeParse(value).success,
}

/**
 * The factor on the rate for step `step` (0 is the first) of `steps`. `warmedUpAt`: the first step after a warm-up whose
 * end is an error; absent before it.
 */
export function scheduleFactor(schedule: Schedule, step: number, steps: number, warmedUpAt?: number): number {
  return warmth(schedule, step, warmedUpAt) * schedules[schedule.name](schedule, step, steps)
}

function warmth({ warmup, warmupFactor, untilError }: Schedule, step: number, warmedUpAt = Infinity): number {
  if (untilError) return step < warmedUpAt ? untilError.factor : 1
  if (step >= warmup) return 1
  return warmupFactor ?? (step + 1) / warmup
}

/** The schedule for a network of so many weighted layers: without the warm-up where that is for deeper ones. */
export function scheduleForLayers(schedule: Schedule, layers: number): Schedule {
  const { fromLayers = 0, ...all } = schedule
  if (layers >= fromLayers) return all
  const { warmupFactor: _, untilError: __, ...others } = all
  return { ...others, warmup: 0 }
}

/** `cosine rate after 100 steps of warm-up` */
export function describeSchedule(schedule: Schedule): string {
  const from = schedule.fromLayers === undefined ? '' : ` (from ${schedule.fromLayers} layers on)`
  return `${describeDrops(schedule)}${describeWarmup(schedule)}${from}`
}

/** The same without the warm-up. */
export function describeDrops({ name, dropAt, dropFactor }: Pick<Schedule, 'name' | 'dropAt' | 'dropFactor'>): string {
  const places = [dropAt.slice(0, -1).join(', '), dropAt[dropAt.length - 1]].filter((place) => place !== '')
  return name === 'step' ? `rate times ${dropFactor} at ${places.join(' and ')} of the run` : `${name} rate`
}

function describeWarmup({ warmup, warmupFactor, untilError }: Schedule): string {
  if (untilError) {
    const error = Number((100 * untilError.error).toPrecision(6))
    return `, ${untilError.factor} of it until the training error is below ${error}%`
  }
  if (warmup === 0) return ''
  const steps = warmup === 1 ? 'step' : `${warmup} steps`
  return warmupFactor === undefined
    ? ` after ${warmup === 1 ? 'a step' : steps} of warm-up`
    : `, ${warmupFactor} of it in the first ${steps}`
}
