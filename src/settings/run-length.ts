/**
 * The length of a run in updates: the number of steps, given directly or as passes over the training set, multiplied by
 * `stepsScale`.
 */
import { rowOf } from '../graph/optimizers/table.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { type TrainingOptions, training } from './training.ts'

type LengthOptions = Pick<TrainingOptions, 'steps' | 'epochs' | 'stepsScale' | 'optimizer'>

/** Throws an `option` error if both steps and epochs were given. */
export function checkOneLength({ steps, epochs }: LengthOptions): void {
  if (steps === undefined || epochs === undefined) return
  throw new IsobathError(
    'option',
    (option) =>
      `${option('steps')} and ${option('epochs')}: expected one of the two, got both. Leave out ${option('steps')} or ${option('epochs')}.`,
  )
}

/**
 * Returns the number of steps in `epochs` passes over the training set. `key` is the option that gives the number of
 * passes.
 */
export function stepsIn(key: string, epochs: number, samples: number, batch: number): number {
  const count = Math.ceil((epochs * samples) / batch)
  if (epochs > 0 && Number.isSafeInteger(count)) return count
  throw new IsobathError(
    'option',
    (option) =>
      `${option(key)}: expected a number above 0 that gives a countable number of steps, got ${describeValue(epochs)}.`,
  )
}

/** Returns the number of steps of the whole run, before the number is multiplied by `stepsScale`. */
export function lengthOf({ steps, epochs = training.epochs.default }: LengthOptions, samples: number, batch: number) {
  return steps ?? stepsIn('epochs', epochs, samples, batch)
}

/** Returns a number of steps multiplied by `scale`. The result is at least one step if `steps` is above 0. */
export function scaled(steps: number, scale: number): number {
  const count = Math.round(steps * scale)
  if (Number.isSafeInteger(count)) return steps > 0 ? Math.max(1, count) : steps
  throw new IsobathError(
    'option',
    (option) => `${option('stepsScale')}: expected a countable number of steps, got ${scale} times ${steps} steps.`,
  )
}

/**
 * Returns the factor by which `stepsScale` multiplies the number of training steps. Throws an `option` error if the
 * optimizer has a schedule that counts its own steps, because `stepsScale` can't change the steps of such a schedule.
 */
export function scaleOf({ stepsScale = training.stepsScale.default, optimizer }: LengthOptions): number {
  const schedule = stepsScale === 1 || !optimizer ? undefined : rowOf(optimizer.rule).schedule(optimizer.rule)
  if (schedule === undefined) return stepsScale
  throw new IsobathError(
    'option',
    (option) =>
      `${option('stepsScale')}: ${schedule} counts its own steps, and ${option('stepsScale')} can't scale these steps. Leave out ${option('stepsScale')} or the schedule.`,
  )
}
