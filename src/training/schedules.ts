/** How the learning rate moves over a run. */
import { IsobathError } from '../support/errors.ts'
import { cos } from '../support/numbers.ts'

export interface ScheduleOptions {
  /**
   * constant: the same rate throughout, by default; cosine: from the full rate down to 0 along half a cosine (Loshchilov &
   * Hutter 2017, eq. 5); step: times `dropFactor` at each of `dropAt`.
   */
  readonly schedule?: ScheduleName
  /** Steps at the start in which the rate climbs to its full value in even steps; 0 by default. The cosine begins after. */
  readonly warmup?: number
  /** Where the step schedule drops, as fractions of the run: [0.5, 0.75] by default (He et al. 2016). */
  readonly dropAt?: readonly number[]
  /** 0.1 by default. */
  readonly dropFactor?: number
}

export interface Schedule {
  readonly name: ScheduleName
  readonly warmup: number
  readonly dropAt: readonly number[]
  readonly dropFactor: number
}

const schedules = {
  constant: () => 1,
  cosine: ({ warmup }: Schedule, step: number, steps: number) => {
    return (1 + cos((Math.PI * Math.max(0, step - warmup)) / Math.max(1, steps - warmup))) / 2
  },
  step: ({ dropAt, dropFactor }: Schedule, step: number, steps: number) =>
    dropAt.reduce((factor, fraction) => (step >= fraction * steps ? factor * dropFactor : factor), 1),
} satisfies Record<string, (schedule: Schedule, step: number, steps: number) => number>

export type ScheduleName = keyof typeof schedules

export const scheduleNames: readonly ScheduleName[] = ['constant', 'cosine', 'step']

/** The factor on the rate for step `step` (0 is the first) of `steps`. */
export function scheduleFactor(schedule: Schedule, step: number, steps: number): number {
  const climbed = Math.min(1, (step + 1) / Math.max(1, schedule.warmup))
  return climbed * schedules[schedule.name](schedule, step, steps)
}

/** The schedule of a run of `steps` steps, whose name is known. Throws an `option` error on a bad value. */
export function resolveSchedule(name: ScheduleName, options: ScheduleOptions, steps: number): Schedule {
  const { warmup = 0, dropAt = [0.5, 0.75], dropFactor = 0.1 } = options
  const isDropping = options.dropAt !== undefined || options.dropFactor !== undefined
  if (isDropping && name !== 'step') {
    throw new IsobathError('option', `drop-at and drop-factor: the ${name} schedule has none. Use the step schedule.`)
  }
  if (!(Number.isSafeInteger(warmup) && warmup >= 0 && warmup <= steps)) {
    throw new IsobathError(
      'option',
      `warmup: expected a whole number from 0 to the run's ${steps} steps, got ${warmup}.`,
    )
  }
  if (dropAt.length === 0 || dropAt.some((fraction) => !(fraction > 0 && fraction < 1))) {
    throw new IsobathError(
      'option',
      `drop-at: expected fractions of the run, such as 0.5,0.75, got ${dropAt.join(',')}.`,
    )
  }
  if (!(dropFactor > 0 && dropFactor <= 1)) {
    throw new IsobathError('option', `drop-factor: expected a number above 0 and up to 1, got ${dropFactor}.`)
  }
  return { name, warmup, dropAt, dropFactor }
}

/** `cosine rate after 100 steps of warm-up` */
export function describeSchedule({ name, warmup, dropAt, dropFactor }: Schedule): string {
  const drops = name === 'step' ? `rate times ${dropFactor} at ${dropAt.join(' and ')} of the run` : `${name} rate`
  return warmup > 0 ? `${drops} after ${warmup} steps of warm-up` : drops
}
