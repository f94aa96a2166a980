/** How the learning rate moves over a run. */
import { IsobathError } from '../support/errors.ts'
import { foundText } from '../support/found.ts'
import { cos } from '../support/numbers.ts'

export interface ScheduleOptions {
  /**
   * constant: the same rate throughout, by default; cosine: from the full rate down to 0 along half a cosine (Loshchilov &
   * Hutter 2017, eq. 5); step: times `dropFactor` at each of `dropAt`.
   */
  readonly schedule?: ScheduleName
  /** Steps at the start in which the rate climbs to its full value in even steps; 0 by default. The cosine begins after. */
  readonly warmup?: number
  /** What the rate is multiplied by in the warm-up, instead of climbing; 0.1 where its end is an error. */
  readonly warmupFactor?: number
  /**
   * The warm-up ends when the error on a part of the training set is below this fraction (He et al. 2015, section 4.2), and
   * not after a number of steps.
   */
  readonly warmupUntilError?: number
  /** Networks with fewer weighted layers have no warm-up; all have it by default. */
  readonly warmupFromLayers?: number
  /** Where the step schedule drops, as fractions of the run: [0.5, 0.75] by default (He et al. 2016). */
  readonly dropAt?: readonly number[]
  /** 0.1 by default. */
  readonly dropFactor?: number
}

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

/** A warm-up that ends by what the network has learnt. */
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

/** The error on 1,024 samples is known to a percent or two; they cost a fortieth of 100 steps of 128 samples. */
const looks = { every: 100, samples: 1024 } as const

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

/** The schedule of a run of `steps` steps, whose name is known. Throws an `option` error on a bad value. */
export function resolveSchedule(name: ScheduleName, options: ScheduleOptions, steps: number): Schedule {
  const { dropAt = [0.5, 0.75], dropFactor = 0.1 } = options
  const isDropping = options.dropAt !== undefined || options.dropFactor !== undefined
  if (isDropping && name !== 'step') {
    throw new IsobathError('option', `drop-at and drop-factor: the ${name} schedule has none. Use the step schedule.`)
  }
  if (!Array.isArray(dropAt) || dropAt.length === 0 || dropAt.some((fraction) => !(fraction > 0 && fraction < 1))) {
    throw new IsobathError(
      'option',
      `drop-at: expected fractions of the run, such as 0.5,0.75, got ${Array.isArray(dropAt) ? dropAt.join(',') || 'none' : foundText(dropAt)}.`,
    )
  }
  checkFactor('drop-factor', dropFactor)
  return { name, ...resolveWarmup(options, steps), dropAt, dropFactor }
}

function resolveWarmup(
  { warmup = 0, warmupFactor, warmupUntilError, warmupFromLayers }: ScheduleOptions,
  steps: number,
): Pick<Schedule, 'warmup' | 'warmupFactor' | 'untilError' | 'fromLayers'> {
  if (!(Number.isSafeInteger(warmup) && warmup >= 0 && warmup <= steps)) {
    const remedy = warmup > steps ? ' Give a shorter warm-up, or a longer run.' : ''
    throw new IsobathError(
      'option',
      `warmup: expected a whole number from 0 to the run's ${steps} steps, got ${foundText(warmup)}.${remedy}`,
    )
  }
  if (warmupFactor !== undefined) checkFactor('warmup-factor', warmupFactor)
  const from = warmupFromLayers === undefined ? {} : { fromLayers: warmupFromLayers }
  if (warmupUntilError !== undefined) {
    if (!(typeof warmupUntilError === 'number' && warmupUntilError > 0 && warmupUntilError <= 1)) {
      throw new IsobathError(
        'option',
        `warmup-until-error: expected a fraction above 0 and up to 1, such as 0.8, got ${foundText(warmupUntilError)}.`,
      )
    }
    if (warmup > 0) {
      throw new IsobathError(
        'option',
        'warmup and warmup-until-error: expected one of them, got both. A warm-up has one end: leave one out.',
      )
    }
    return { warmup, untilError: { factor: warmupFactor ?? 0.1, error: warmupUntilError, ...looks }, ...from }
  }
  if (warmup > 0) return { warmup, ...(warmupFactor === undefined ? {} : { warmupFactor }), ...from }
  if (warmupFactor === undefined) return { warmup }
  throw new IsobathError(
    'option',
    'warmup-factor: there is no warm-up. Give its steps (warmup), or the error that ends it (warmup-until-error).',
  )
}

function checkFactor(name: string, factor: number): void {
  if (typeof factor === 'number' && factor > 0 && factor <= 1) return
  throw new IsobathError('option', `${name}: expected a number above 0 and up to 1, got ${foundText(factor)}.`)
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
  const { name, dropAt, dropFactor, fromLayers } = schedule
  const places = [dropAt.slice(0, -1).join(', '), dropAt[dropAt.length - 1]].filter((place) => place !== '')
  const drops = name === 'step' ? `rate times ${dropFactor} at ${places.join(' and ')} of the run` : `${name} rate`
  return `${drops}${describeWarmup(schedule)}${fromLayers === undefined ? '' : ` (from ${fromLayers} layers on)`}`
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
