/** The sentences of a prescription. */
import { capitalize, formatDuration, formatPercent } from '../format/text.ts'
import { counted, number } from '../format/words.ts'
import { summarize } from '../numerics/statistics.ts'
import type { FinalRun, PrescribedCure, PrescriptionFinalist } from './prescription.ts'
import type { Dropped, RacePart } from './race-types.ts'

/** Facts about the data that sentences need. */
export interface ScoreFacts {
  /** Whether the network predicts values and not classes. */
  readonly areValues: boolean
  /** Whether the data set has test samples of its own. */
  readonly isTested: boolean
  /** Error of guessing, with which a seed that diverged counts. */
  readonly guessingError: number
}

/** The change of a candidate with its rate and its number of steps, as a request. */
export function changeWords(
  words: string,
  rate: { readonly from: number; readonly to: number },
  steps: { readonly from: number; readonly to: number },
): string {
  const parts = [
    ...(words === '' ? [] : [words]),
    ...(rate.from === rate.to ? [] : [`use the rate ${number(rate.to)} instead of ${number(rate.from)}`]),
    ...(steps.from === steps.to
      ? []
      : [`train ${counted(steps.to, 'step')} instead of ${counted(steps.from, 'step')}`]),
  ]
  // The parts have commas of their own.
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')}, and ${parts[parts.length - 1]}`
}

const errorName = (set: 'training' | 'test', { areValues }: ScoreFacts): string =>
  areValues ? `unexplained variance of the ${set} set` : `${set} error`

/** Mean error over the seeds. A seed that diverged counts as guessing. */
function meanError(runs: readonly FinalRun[], set: 'train' | 'test', { guessingError }: ScoreFacts): string {
  const mean = summarize(runs.map((run) => run[set].error ?? guessingError))?.mean ?? null
  return formatPercent(mean)
}

/** Says how many seeds diverged, or nothing. */
function divergedWords(runs: readonly FinalRun[]): string {
  const lost = runs.filter(({ diverged }) => diverged !== null).length
  if (lost === 0) return ''
  return lost === runs.length
    ? ' (every seed diverged, which counts as guessing)'
    : ` (${lost} of ${counted(runs.length, 'seed')} diverged, which counts as guessing)`
}

/** The best change and its measured result. */
export function cureSentence(
  cure: PrescribedCure,
  given: PrescriptionFinalist,
  finalist: PrescriptionFinalist,
  facts: ScoreFacts,
): string {
  const [from, to] = [given, finalist].map(({ runs }) => meanError(runs, 'train', facts))
  const [fromTest, toTest] = [given, finalist].map(({ runs }) => meanError(runs, 'test', facts))
  const tested = facts.isTested ? `, and the ${errorName('test', facts)} from ${fromTest} to ${toTest}` : ''
  const result = `the ${errorName('training', facts)} falls from ${from}${divergedWords(given.runs)} to ${to}${divergedWords(finalist.runs)}${tested}`
  return `${capitalize(cure.words)}. With this change, ${result} (${counted(cure.seeds, 'seed')}).`
}

/** How sure the result is, and what it rests on. */
export function certaintySentence({ difference, seeds }: PrescribedCure): string {
  const { mean, halfWidth } = difference
  const interval = halfWidth === null ? '' : ` ± ${number(halfWidth)}`
  return `Paired by seed, the training loss falls by ${number(-mean)}${interval} (95% interval). The ${counted(seeds, 'seed')} had no part in the choice of the change.`
}

/** The unchanged network at its best rate, if the best change is another one. */
export function bestRateSentence(best: PrescriptionFinalist, facts: ScoreFacts): string {
  return `At the rate ${number(best.rate)}, which the race chose for it, the unchanged network has a ${errorName('training', facts)} of ${meanError(best.runs, 'train', facts)}${divergedWords(best.runs)}.`
}

/** The other changes that help. */
export function othersSentence(
  cures: readonly { readonly words: string; readonly runs: readonly FinalRun[] }[],
  facts: ScoreFacts,
): string {
  const each = cures.map(
    ({ words, runs }) => `${words} (${errorName('training', facts)} ${meanError(runs, 'train', facts)})`,
  )
  return each.map((one) => `Also better: ${one}.`).join(' ')
}

/** No change helps: the figures of the network and of the best other finalist. */
export function nothingSentences(
  given: PrescriptionFinalist,
  others: readonly PrescriptionFinalist[],
  tried: number,
  facts: ScoreFacts,
): string[] {
  const of = ({ runs }: PrescriptionFinalist): string => `${meanError(runs, 'train', facts)}${divergedWords(runs)}`
  const first = `None of ${counted(tried, 'change')} makes the network train better beyond the spread of the seeds. As given, its ${errorName('training', facts)} is ${of(given)} (${counted(given.runs.length, 'seed')}).`
  const figures = others.map((one, index) => `${index === 0 ? one.words : capitalize(one.words)}: ${of(one)}`)
  return [first, ...(figures.length === 0 ? [] : [`The best other trainings: ${figures.join('. ')}.`])]
}

/** The budget is too small for any answer. */
export const undecidedSentence = (budget: number, needed: number): string =>
  `Undecided: ${formatDuration(budget)} are too short to try three changes. A prescription of this network needs about ${formatDuration(roundedUp(needed))}.`

/** The trainings are shorter than usual, because the budget is small. */
export const shortenedNote = (steps: number, usual: number): string =>
  `To fit the budget, each whole training has ${counted(steps, 'step')} instead of ${number(usual)}. A larger budget allows more steps.`

/** Rounds an estimated duration up to whole minutes, or to tens of seconds below two minutes. */
export function roundedUp(seconds: number): number {
  const unit = seconds < 120 ? 10 : 60
  return Math.ceil(seconds / unit) * unit
}

/** The parts of a race in which candidates are dropped. */
const partWords: Readonly<Record<RacePart, string>> = {
  first: 'the first short trainings',
  second: 'the longer short trainings',
  whole: 'the whole trainings',
  final: 'the final',
}

/** Why a candidate was dropped. `guessing` turns scores into losses. */
export function droppedWords({ part, rate, score, leader }: Dropped, guessing: number): string {
  const [own, best] = [score, leader.score].map((one) => number(one * guessing))
  return `training loss ${own} at its best rate ${number(rate)} in ${partWords[part]}, against ${best} of the best change`
}
