/** Summarizes a race: the cures, the fate of every candidate, and the answer. */
import type { MeanScores } from '../diagnosis/cure.ts'
import { number } from '../format/words.ts'
import { summarize as summaryOf } from '../numerics/statistics.ts'
import { changeBetween } from '../settings/changed-options.ts'
import type { TrainingSettings } from '../settings/options.ts'
import type { TrialResult } from '../trials/result.ts'
import { type Candidate, NETWORK } from './candidates.ts'
import { type Finalist, finalistsOf, givenOf, type Improvement, improvements } from './judge.ts'
import type {
  FinalRun,
  PrescribedCure,
  Prescription,
  PrescriptionCandidate,
  PrescriptionFinalist,
} from './prescription.ts'
import type { Dropped, RaceOutcome, Racer } from './race-types.ts'
import { standingsOf } from './ranking.ts'
import { raceSettings } from './trainings.ts'
import {
  bestRateSentence,
  certaintySentence,
  changeWords,
  cureSentence,
  droppedWords,
  nothingSentences,
  othersSentence,
  type ScoreFacts,
} from './wording.ts'

/** A training of the final with its result. */
export interface FinalResult {
  readonly outcome: RaceOutcome
  readonly result: TrialResult
}

export interface RaceSummaryTask {
  readonly candidates: readonly Candidate[]
  /** Candidates that take part in the race. */
  readonly racers: readonly Racer[]
  readonly outcomes: readonly RaceOutcome[]
  readonly dropped: readonly Dropped[]
  readonly finals: readonly FinalResult[]
  /** Settings of the given training, with the number of steps of the whole trainings. */
  readonly settings: TrainingSettings
  /** The number of steps that the user's own options give. */
  readonly givenSteps: number
  /** Loss of guessing of the given training. */
  readonly guessing: number
  readonly scores: ScoreFacts
  readonly interrupted: boolean
}

type Summary = Pick<Prescription, 'answer' | 'before' | 'cures' | 'candidates' | 'finalists'>

/** Summarizes a race that is finished or was stopped. */
export function summarizeRace(task: RaceSummaryTask): Summary {
  const finalists = finalistsOf(task.outcomes)
  const given = givenOf(finalists, NETWORK)
  const shown = finalists.map((finalist) => shownFinalist(task, finalist))
  const found = given && !task.interrupted ? improvements(finalists, task.racers, given) : []
  const cures = found.map((one) => cureOf(task, one))
  const shownOf = (finalist: Finalist): PrescriptionFinalist => shown[finalists.indexOf(finalist)]
  return {
    answer: given ? answerOf(task, { given: shownOf(given), cures, found, shown, shownOf }) : unfinished(task),
    before: given ? meansOf(shownOf(given).runs) : null,
    cures,
    candidates: task.candidates.map((candidate) => fateOf(task, candidate, finalists, found)),
    finalists: shown,
  }
}

const unfinished = ({ interrupted }: RaceSummaryTask): string[] =>
  interrupted ? ['The prescription was stopped before the final, so there is no answer yet.'] : []

interface Found {
  readonly given: PrescriptionFinalist
  readonly cures: readonly PrescribedCure[]
  readonly found: readonly Improvement[]
  readonly shown: readonly PrescriptionFinalist[]
  readonly shownOf: (finalist: Finalist) => PrescriptionFinalist
}

function answerOf(task: RaceSummaryTask, { given, cures, found, shown, shownOf }: Found): string[] {
  if (task.interrupted)
    return ['The prescription was stopped in the final. The table has its results so far, without a judgment.']
  const others = shown.filter((one) => one !== given)
  const tried = task.racers.length - 1
  if (cures.length === 0) return nothingSentences(given, others, tried, task.scores)
  const [best] = found
  const rest = found
    .slice(1)
    .map(({ finalist }, index) => ({ words: cures[index + 1].words, runs: shownOf(finalist).runs }))
  const atBestRate = shown.find((one) => one.name === NETWORK && one !== given)
  return [
    cureSentence(cures[0], given, shownOf(best.finalist), task.scores),
    certaintySentence(cures[0]),
    ...(atBestRate && best.finalist.racer !== NETWORK ? [bestRateSentence(atBestRate, task.scores)] : []),
    ...(rest.length === 0 ? [] : [othersSentence(rest, task.scores)]),
  ]
}

const candidateOf = ({ candidates }: RaceSummaryTask, name: string): Candidate =>
  candidates.find((one) => one.name === name) ?? candidates[0]

function wordsOf(task: RaceSummaryTask, { racer, rate, steps }: Finalist): string {
  const { settings } = task
  const { words } = candidateOf(task, racer)
  return changeWords(words, { from: settings.optimizer.rate, to: rate }, { from: settings.steps, to: steps })
}

function shownFinalist(task: RaceSummaryTask, finalist: Finalist): PrescriptionFinalist {
  const { racer, position, rate, steps } = finalist
  const runs = task.finals
    .filter(({ outcome }) => outcome.racer === racer && outcome.position === position)
    .map(({ outcome, result }): FinalRun => {
      const { losses, diverged, seconds, scores } = result
      return { seed: outcome.seed, train: scores.train, test: scores.test, diverged, losses, seconds }
    })
    .sort((one, other) => one.seed - other.seed)
  return { name: racer, words: wordsOf(task, finalist), rate, steps, runs }
}

function cureOf(task: RaceSummaryTask, { finalist, difference }: Improvement): PrescribedCure {
  const { racer: name, rate, steps } = finalist
  const { network, settings, size } = candidateOf(task, name)
  const own = raceSettings({ settings }, { part: 'final', rate, steps })
  const { options, isComplete } = changeBetween({ ...task.settings, steps: task.givenSteps }, own)
  const { runs, words } = shownFinalist(task, finalist)
  return {
    name,
    size,
    words,
    change: options,
    isComplete,
    network: network === task.candidates[0].network ? null : network,
    rate,
    steps,
    after: meansOf(runs),
    difference: {
      mean: difference.mean * task.guessing,
      halfWidth: difference.halfWidth === null ? null : difference.halfWidth * task.guessing,
    },
    seeds: runs.length,
    seconds: summaryOf(runs.map(({ seconds }) => seconds))?.mean ?? 0,
  }
}

function meansOf(runs: readonly FinalRun[]): MeanScores {
  const mean = (set: 'train' | 'test', score: 'loss' | 'error'): number | null => {
    const values = runs.map((run) => run[set][score])
    return values.some((value) => value === null) ? null : (summaryOf(values)?.mean ?? null)
  }
  return {
    train: { loss: mean('train', 'loss'), error: mean('train', 'error') },
    test: { loss: mean('test', 'loss'), error: mean('test', 'error') },
  }
}

function fateOf(
  task: RaceSummaryTask,
  { name, size, words, isLastResort }: Candidate,
  finalists: readonly Finalist[],
  found: readonly Improvement[],
): PrescriptionCandidate {
  const own = task.outcomes.filter(({ racer }) => racer === name)
  const dropped = task.dropped.find(({ racer }) => racer === name)
  const final = finalists.findLast(({ racer }) => racer === name)
  const [best] = standingsOf(own.filter(({ part }) => part === own.at(-1)?.part)).sort((a, b) => a.score - b.score)
  const cost = task.racers.find((racer) => racer.name === name)?.cost ?? 1
  const facts = { name, size: name === NETWORK ? null : size, words, cost, rate: final?.rate ?? best?.rate ?? null }
  if (found.some(({ finalist }) => finalist.racer === name))
    return { ...facts, state: 'better', reason: 'better than the given training with fresh seeds' }
  if (dropped) return { ...facts, state: 'dropped', reason: droppedWords(dropped, task.guessing) }
  if (task.interrupted) {
    const soFar = best
      ? `, with a training loss of ${number(best.score * task.guessing)} at the rate ${number(best.rate)} so far`
      : ''
    return { ...facts, state: 'unfinished', reason: `the prescription was stopped${soFar}` }
  }
  if (final) return { ...facts, state: 'no better', reason: 'no certain improvement with fresh seeds' }
  const reason = isLastResort ? 'needed only if no other change helps' : 'no time left in the budget'
  return { ...facts, state: 'not tried', reason }
}
