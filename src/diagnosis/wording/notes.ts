/** Notes on how the answer of a diagnosis was found. */
import { counted, grouped, number } from '../../format/words.ts'
import type { StepPlan } from '../trial-store.ts'

/**
 * Notes on the length of the trainings if the user did not choose the length. The argument `passes` is the number of
 * passes over the training set.
 */
export function notesOf({ steps, chosenFor, shortened }: StepPlan, passes: number): string[] {
  if (chosenFor !== undefined) {
    const length = `${counted(steps, 'step')} (${passesWords(passes)} over the training set)`
    return [
      `Each training takes ${length} to fit the budget of ${durationWords(chosenFor)}. Choose a number of steps or epochs for another length.`,
    ]
  }
  if (shortened === undefined) return []
  const { from, budgetSeconds, enoughSeconds } = shortened
  const [all, few] = [from, steps].map(grouped)
  return [
    `The run's ${all} steps are shortened to ${few} to fit the budget of ${durationWords(budgetSeconds)}. A budget of ${durationWords(inFewDigits(enoughSeconds))} would fit all steps.`,
  ]
}

function passesWords(passes: number): string {
  const count = number(passes)
  return `${count} ${count === '1' ? 'pass' : 'passes'}`
}

/**
 * Notes on the diagnosis of a run. The flag `isDrawn` is true if the run began with the weights that are drawn from the
 * run's seed.
 */
export function runNotes({
  isFinished,
  isDrawn,
}: {
  readonly isFinished: boolean
  readonly isDrawn: boolean
}): string[] {
  return [
    ...(isFinished ? [] : ['The run is not finished, so the network is trained again.']),
    ...(isDrawn
      ? []
      : [
          'The run began with weights that were not drawn from its seed. The diagnosis draws the weights from the seed and does not use the training of the run.',
        ]),
  ]
}

/** A note on data without test samples. */
export function untestedNote(testSamples: number): string[] {
  if (testSamples > 0) return []
  return ['The data has no test samples, so the diagnosis has no test errors and cannot find overfitting.']
}

/** Smallest ratio of a diagnosis's duration to its budget that is worth a note. */
const leastOverrun = 1.25

/** A note on a diagnosis that took much longer than the budget. */
export function overrunNote(seconds: number, budgetSeconds: number, { steps }: StepPlan): string[] {
  if (seconds < leastOverrun * budgetSeconds) return []
  return [
    `The diagnosis took ${durationWords(Math.round(seconds))} with a budget of ${durationWords(budgetSeconds)}. The first training of the network and of its twin always runs to the end, here ${counted(steps, 'step')}. If it trains, the other seeds do, too.`,
  ]
}

/** Formats a duration in words, such as `2 minutes`. */
function durationWords(seconds: number): string {
  const isWhole = (unit: number): boolean => seconds > 0 && seconds % unit === 0
  const [unit, name] = isWhole(3600) ? [3600, 'hour'] : isWhole(60) ? [60, 'minute'] : [1, 'second']
  const count = seconds / unit
  return `${count} ${name}${count === 1 ? '' : 's'}`
}

/** Rounds a duration up to a multiple of 10 seconds, of a minute or of an hour, depending on the duration. */
function inFewDigits(seconds: number): number {
  const unit = seconds <= 120 ? 10 : seconds <= 3 * 3600 ? 60 : 3600
  return unit * Math.ceil(seconds / unit)
}
