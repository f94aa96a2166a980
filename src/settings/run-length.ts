/** How many updates a run makes: steps or passes over the training set, times its scale. */
import { rowOf } from '../graph/optimizers/table.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { type TrainingOptions, training } from './training.ts'

type LengthOptions = Pick<TrainingOptions, 'steps' | 'epochs' | 'stepsScale' | 'optimizer'>

/** Throws an `option` error where both lengths were given. */
export function checkOneLength({ steps, epochs }: LengthOptions): void {
  if (steps === undefined || epochs === undefined) return
  throw new IsobathError(
    'option',
    (option) => `${option('steps')} and ${option('epochs')}: expected one of them, got both. Leave one out.`,
  )
}

/** The steps in so many passes over the training set. `key`: the option that says how many. */
export function stepsIn(key: string, epochs: number, samples: number, batch: number): number {
  const count = Math.ceil((epochs * samples) / batch)
  if (epochs > 0 && Number.isSafeInteger(count)) return count
  throw new IsobathError(
    'option',
    (option) => `${option(key)}: expected a number above 0 that can be counted in steps, got ${describeValue(epochs)}.`,
  )
}

/** Steps of the whole run, before they are scaled. */
export function lengthOf({ steps, epochs = training.epochs.default }: LengthOptions, samples: number, batch: number) {
  return steps ?? stepsIn('epochs', epochs, samples, batch)
}

/** So many steps, once they are shrunk or stretched; never none where there were some. */
export function scaled(steps: number, scale: number): number {
  const count = Math.round(steps * scale)
  if (Number.isSafeInteger(count)) return steps > 0 ? Math.max(1, count) : steps
  throw new IsobathError(
    'option',
    (option) => `${option('stepsScale')}: expected steps that can be counted, got ${scale} times ${steps}.`,
  )
}

/** The factor on all steps. Throws an `option` error where something counts its own steps, which no factor reaches. */
export function scaleOf({ stepsScale = training.stepsScale.default, optimizer }: LengthOptions): number {
  const schedule = stepsScale === 1 || !optimizer ? undefined : rowOf(optimizer.rule).schedule(optimizer.rule)
  if (schedule === undefined) return stepsScale
  throw new IsobathError(
    'option',
    (option) =>
      `${option('stepsScale')}: ${schedule} counts its own steps, which aren't scaled. Leave one of them out.`,
  )
}
