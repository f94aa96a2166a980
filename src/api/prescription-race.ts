/** Runs the race of a prescription: turns the requests of the race into trials, and the results into outcomes. */
import type { Machine } from '../backends/machine.ts'
import { taskOf } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import { chanceOf } from '../diagnosis/evidence.ts'
import type { Candidate } from '../prescription/candidates.ts'
import { planRace, type RaceCosts, type RacePlan } from '../prescription/plan.ts'
import type { Prescription } from '../prescription/prescription.ts'
import { race } from '../prescription/race.ts'
import type { Dropped, RaceOutcome, RaceRound, Racer } from '../prescription/race-types.ts'
import { type FinalResult, summarizeRace } from '../prescription/summary.ts'
import { guessingLoss, outcomeFor, type PrescriptionTrial, trialFor } from '../prescription/trainings.ts'
import { shortenedNote, undecidedSentence } from '../prescription/wording.ts'
import { assertInvariant } from '../support/errors.ts'
import type { TrialResult } from '../trials/result.ts'
import type { PrescriptionRequest } from './prescription-request.ts'

export interface RaceTask extends PrescriptionRequest {
  readonly candidates: readonly Candidate[]
  readonly costs: RaceCosts
}

export type Raced = Omit<Prescription, 'network' | 'facts' | 'seeds' | 'mode' | 'seconds'>

/** Trains trials, and yields each result when its trial ends. */
export type Train = (
  trials: readonly PrescriptionTrial[],
) => AsyncIterable<{ readonly trial: PrescriptionTrial; readonly result: TrialResult }>

/** Runs the race of a prescription. An aborted race returns the results so far. */
export async function runRace(task: RaceTask, { mode: { precision } }: Machine, train: Train): Promise<Raced> {
  const { candidates, data, reference, settings: given, seeds, abort, onEvent } = task
  const planned = planRace({ ...task, ...planFacts(task) })
  const chance = chanceOf(data, given, createStandardizer(data.train, data.shape, given))
  const isTooSmall = 'enoughSeconds' in planned
  const steps = isTooSmall ? given.steps : planned.steps
  const settings = { ...given, steps }
  const own = candidates.map((candidate) => ({ ...candidate, settings: { ...candidate.settings, steps } }))
  const { racers, lastResorts } = isTooSmall ? { racers: [], lastResorts: [] } : racersOf(task, planned)
  const guessing = new Map(own.map(({ name, settings: theirs }) => [name, guessingLoss(data, theirs)]))
  const outcomes: RaceOutcome[] = []
  const dropped: Dropped[] = []
  const finals: FinalResult[] = []
  const results = new Map<string, TrialResult>()
  let isStopped = abort?.aborted ?? false
  if (!isTooSmall && !isStopped) {
    onEvent?.({ kind: 'plan', plan: planned, racers })
    const [first, second] = freshSeeds(seeds)
    const options = {
      ...planned,
      racers,
      lastResorts,
      given: given.optimizer.rate,
      seeds,
      raceSeeds: [first, second],
    } as const
    const running = race(options)
    let next = running.next([])
    while (!next.done) {
      const round: RaceRound = next.value
      dropped.push(...round.dropped)
      onEvent?.({ kind: 'round', part: round.part, dropped: round.dropped, guessing: chance.loss })
      const trials = await Promise.all(
        round.requests.map((request) =>
          trialFor(candidateNamed(own, request.racer), request, { data, reference, precision }),
        ),
      )
      // Two requests can ask for the same training, such as a whole training whose length is that of a short one.
      const missing = new Map(trials.filter(({ id }) => !results.has(id)).map((trial) => [trial.id, trial]))
      for await (const { trial, result } of train([...missing.values()])) results.set(trial.id, result)
      const made = round.requests.flatMap((request, index): FinalResult[] => {
        const result = results.get(trials[index].id)
        const loss = guessing.get(request.racer) ?? chance.loss
        return result ? [{ outcome: outcomeFor(request, result, loss), result }] : []
      })
      finals.push(...made.filter(({ outcome }) => outcome.part === 'final'))
      outcomes.push(...made.map(({ outcome }) => outcome))
      isStopped = made.length < round.requests.length
      if (isStopped) break
      next = running.next(made.map(({ outcome }) => outcome))
    }
    if (next.done) dropped.push(...next.value.dropped.slice(dropped.length))
  }
  const areValues = taskOf(data) !== 'classification'
  const isTested = data.test.count > 0 && data.test !== data.train
  const summary = summarizeRace({
    candidates: own,
    racers: [...racers, ...lastResorts],
    outcomes,
    dropped,
    finals,
    settings,
    givenSteps: given.steps,
    guessing: chance.loss,
    scores: { areValues, isTested, guessingError: chance.error },
    interrupted: isStopped,
  })
  const answer = isTooSmall ? [undecidedSentence(task.budgetSeconds, planned.enoughSeconds)] : summary.answer
  const needsSeconds = isTooSmall ? planned.enoughSeconds : null
  const notes = [...task.notes, ...(steps < given.steps ? [shortenedNote(steps, given.steps)] : [])]
  return { ...summary, answer, notes, needsSeconds, trainings: results.size, settings, interrupted: isStopped }
}

function planFacts({ candidates, data, settings, seeds }: RaceTask) {
  return {
    candidates: candidates.filter(({ isLastResort }) => !isLastResort).length - 1,
    steps: settings.steps,
    seeds: seeds.length,
    // A training step costs about as much as three forward passes, and scoring costs one.
    scoringSteps: (data.train.count + data.test.count) / 3 / settings.batch,
  }
}

/** The candidates that take part, as far as the plan has time for them. */
function racersOf({ candidates, costs }: RaceTask, { candidates: count }: RacePlan) {
  const asRacer = ({ name, size }: Candidate): Racer => ({ name, size, cost: costs.steps[name] ?? 1 })
  const usual = candidates.filter(({ isLastResort }) => !isLastResort)
  return {
    racers: usual.slice(0, count + 1).map(asRacer),
    lastResorts: candidates.filter(({ isLastResort }) => isLastResort).map(asRacer),
  }
}

function candidateNamed(candidates: readonly Candidate[], name: string): Candidate {
  const found = candidates.find((one) => one.name === name)
  assertInvariant(found !== undefined, 'a race names only its own candidates')
  return found
}

/** Two seeds for the short trainings that are not among the seeds of the final. */
function freshSeeds(seeds: readonly number[]): readonly [number, number] {
  const most = Math.max(...seeds)
  return [most + 1, most + 2]
}
