/** Resolves the options of a schedule and a warm-up, which depend on each other, to the schedule of a run. */
import { IsobathError } from '../support/errors.ts'
import type { Schedule } from './schedules.ts'
import type { TrainingOptions } from './training.ts'
import { training } from './training.ts'

type ScheduleOptions = Pick<
  TrainingOptions,
  'schedule' | 'warmup' | 'warmupFactor' | 'warmupUntilError' | 'warmupFromLayers' | 'dropAt' | 'dropFactor'
>

/**
 * Number of steps between measurements of the training error during a warm-up, and number of samples in a measurement.
 * The training error on 1,024 samples is precise to one or two percent. Measuring the error takes a fortieth of the
 * time of 100 training steps of 128 samples.
 */
const snapshots = { every: 100, samples: 1024 } as const

/** Resolves the schedule of a run of `steps` steps. Throws an `option` error for options that don't go together. */
export function resolveSchedule(options: ScheduleOptions, steps: number): Schedule {
  const { schedule: name = training.schedule.default } = options
  const { dropAt = training.dropAt.default, dropFactor = training.dropFactor.default } = options
  const isDropping = options.dropAt !== undefined || options.dropFactor !== undefined
  if (isDropping && name !== 'step') {
    throw new IsobathError(
      'option',
      (option) =>
        `${option('dropAt')} and ${option('dropFactor')}: the ${name} schedule has no drops. Use the step schedule.`,
    )
  }
  return { name, ...resolveWarmup(options, steps), dropAt, dropFactor }
}

function resolveWarmup(
  { warmup = 0, warmupFactor, warmupUntilError, warmupFromLayers }: ScheduleOptions,
  steps: number,
): Pick<Schedule, 'warmup' | 'warmupFactor' | 'untilError' | 'fromLayers'> {
  if (warmup > steps) {
    throw new IsobathError(
      'option',
      (option) =>
        `${option('warmup')}: expected a whole number from 0 to the run's ${steps} steps, got ${warmup}. Give a shorter warm-up, or a longer run.`,
    )
  }
  const from = warmupFromLayers === undefined ? {} : { fromLayers: warmupFromLayers }
  if (warmupUntilError !== undefined) {
    if (warmup > 0) {
      throw new IsobathError(
        'option',
        (option) =>
          `${option('warmup')} and ${option('warmupUntilError')}: expected one of the two, got both. Leave out ${option('warmup')} or ${option('warmupUntilError')}.`,
      )
    }
    return { warmup, untilError: { factor: warmupFactor ?? 0.1, error: warmupUntilError, ...snapshots }, ...from }
  }
  if (warmup > 0) return { warmup, ...(warmupFactor === undefined ? {} : { warmupFactor }), ...from }
  if (warmupFactor === undefined) return { warmup }
  throw new IsobathError(
    'option',
    (option) =>
      `${option('warmupFactor')}: expected a warm-up for the factor, got none. Give the steps of a warm-up (${option('warmup')}) or the error that ends a warm-up (${option('warmupUntilError')}).`,
  )
}
