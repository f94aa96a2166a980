/** What a reader of the answer should know of how it was found. */
import { counted, grouped, number } from '../../format/words.ts'
import type { StepPlan } from '../trial-store.ts'

/** How long the trainings are, where that is no choice of the user's. `passes`: over the training set. */
export function notesOf({ steps, chosenFor, shortened }: StepPlan, passes: number): string[] {
  if (chosenFor !== undefined) {
    const length = `${counted(steps, 'step')} (${number(passes)} passes over the training set)`
    return [
      `Each training takes ${length}, which fits the budget of ${durationWords(chosenFor)}; steps or epochs, where they are given, set another length.`,
    ]
  }
  if (shortened === undefined) return []
  const { from, budgetSeconds, enoughSeconds } = shortened
  const [all, few] = [from, steps].map(grouped)
  return [
    `The run's ${all} steps are shortened to ${few}, to fit the budget of ${durationWords(budgetSeconds)}; a budget of ${durationWords(inFewDigits(enoughSeconds))} would take all.`,
  ]
}

/** Of a run's network: `isDrawn`, whether the run began with the weights that its seed gives. */
export function runNotes({
  isFinished,
  isDrawn,
}: {
  readonly isFinished: boolean
  readonly isDrawn: boolean
}): string[] {
  return [
    ...(isFinished ? [] : ["The run hasn't come to its end: its network is trained anew."]),
    ...(isDrawn
      ? []
      : [
          "The run began with weights that its seed doesn't give: here they are drawn, and its own training isn't used.",
        ]),
  ]
}

/** A budget that is passed by less isn't worth a word. */
const leastOverrun = 1.25

/** Of a diagnosis that took longer than it should. */
export function overrunNote(seconds: number, budgetSeconds: number, { steps }: StepPlan): string[] {
  if (seconds < leastOverrun * budgetSeconds) return []
  return [
    `It took ${durationWords(Math.round(seconds))} where the budget was ${durationWords(budgetSeconds)}: the network and its twin are trained to their end in any case, here ${counted(steps, 'step')} with each seed.`,
  ]
}

/** `2 minutes` */
function durationWords(seconds: number): string {
  const [unit, name] = seconds % 3600 === 0 ? [3600, 'hour'] : seconds % 60 === 0 ? [60, 'minute'] : [1, 'second']
  const count = seconds / unit
  return `${count} ${name}${count === 1 ? '' : 's'}`
}

/** At least so long, in whole minutes or hours. */
function inFewDigits(seconds: number): number {
  const unit = seconds <= 120 ? 10 : seconds <= 3 * 3600 ? 60 : 3600
  return unit * Math.ceil(seconds / unit)
}
