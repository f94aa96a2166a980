/** The trainings of a diagnosis: finds missing trainings, estimates their cost, and runs the trainings. */
import type { StartReadings } from '../remedies/remedy.ts'
import { IsobathError } from '../support/errors.ts'
import type { Weights } from '../training/evaluator.ts'
import { type Budget, createBudget, fitsBudget } from '../trials/budget.ts'
import { runTrials } from '../trials/runner.ts'
import type { Workers } from '../trials/workers.ts'
import type { Need } from './causes/assessment.ts'
import { trainingOf } from './control-trainings.ts'
import { type ChangeName, changeNames, controlOf, orderOf, type Subject } from './controls.ts'
import { freshSeedsOf } from './fresh-seeds.ts'
import { costOfMeasurement } from './measurement-costs.ts'
import { workOf, workWithScoring } from './plan.ts'
import type { DiagnosisTask } from './task.ts'
import { type DiagnosisTrial, recordOf, type TrialKey, type TrialRecord } from './trial-record.ts'
import { isWatched, resolverOf, scoringOf, trialOf } from './trial-specs.ts'
import type { DiagnosisStore } from './trial-store.ts'

export interface MadeTrial {
  readonly trial: DiagnosisTrial
  readonly record: TrialRecord
  /** Weights after the last step, if a measurement may need the weights. */
  readonly weights?: Weights
}

export interface Trainings {
  /** Finished trainings with the seeds of the diagnosis, sorted by control and then by seed. */
  readonly made: readonly MadeTrial[]
  /** Finished trainings with fresh seeds. */
  readonly fresh: readonly MadeTrial[]
  /** Changes that apply to the network, without the changes whose trainings did not fit into memory. */
  readonly applicable: ReadonlySet<ChangeName>
  /**
   * Estimates the duration of the missing trainings or of the measurement, in seconds. Returns null if no training has
   * finished yet.
   */
  costOf(need: Need): number | null
  /** Lists the trainings that the needs name and that have not run yet. */
  missing(needs: readonly Need[]): TrialKey[]
  /**
   * Lists the missing trainings that fit into the remaining budget, the cheapest first. With a `share` below 1, the
   * trainings must leave the rest of the budget free.
   */
  affordable(needs: readonly Need[], share?: number): TrialKey[]
  /** Whether all missing trainings that a need names fit into the remaining budget together. */
  fits(need: Need): boolean
  /** Whether the results of all missing trainings that a need names are stored, so that nothing is trained for the need. */
  isStored(need: Need): boolean
  /** Gives the remedies the readings of the network before the first step. Further remedies may apply after that. */
  learn(readings: StartReadings): void
  /** The subject, with the readings that were learned. */
  subject(): Subject
  /** Runs trainings. With the limit `in any case`, trainings run even if they exceed the budget. */
  run(keys: readonly TrialKey[], limit: 'within budget' | 'in any case'): Promise<void>
}

export interface TrainingsTask {
  readonly task: DiagnosisTask
  readonly subject: Subject
  readonly workers: Workers
  readonly store: DiagnosisStore
  readonly secondsSoFar: () => number
}

export function createTrainings({ task, subject: given, workers, store, secondsSoFar }: TrainingsTask): Trainings {
  const { seeds, abort: signal, onEvent } = task
  let subject = given
  const made: MadeTrial[] = []
  const fresh: MadeTrial[] = []
  const freshSeeds = freshSeedsOf(seeds)
  const isPossible = (name: ChangeName): boolean => {
    const training = trainingOf(subject, name)
    return training !== undefined && workers.precisions.includes(training.precision)
  }
  const applicable = new Set(changeNames.filter(isPossible))
  // Changes whose trainings did not fit into memory.
  const refused = new Set<ChangeName>()
  const budget: Budget = createBudget(task.budgetSeconds, secondsSoFar, () =>
    [...made, ...fresh].map(({ record }) => record),
  )
  const resolver = resolverOf(task)

  /** Lists the trials that are needed but have not been trained. */
  const missing = (needs: readonly Need[]): TrialKey[] => {
    const asked = needs.flatMap((need) =>
      'control' in need && applicable.has(controlOf(need.control).change)
        ? (need.isFresh ? freshSeeds : seeds)
            .slice(0, need.seeds)
            .map((seed): TrialKey => ({ control: need.control, seed }))
        : [],
    )
    const isSame = (one: TrialKey, other: TrialKey): boolean => one.control === other.control && one.seed === other.seed
    return asked.filter((key, index) => {
      return (
        ![...made, ...fresh].some(({ record }) => isSame(record, key)) &&
        asked.findIndex((one) => isSame(one, key)) === index
      )
    })
  }
  const workFor = (key: TrialKey): number => {
    const training = trainingOf(subject, key.control)
    return training ? workWithScoring(training, scoringOf(key, seeds)) : 0
  }
  const isStored = (need: Need): boolean => missing([need]).every((key) => store.has(key))
  /** Whether the work fits into a fraction of the budget, of which the finished trainings have used a part. */
  const fitsShare = (work: number, share: number): boolean =>
    (budget.secondsFor(work) ?? 0) <= budget.left() - (1 - share) * task.budgetSeconds
  const costOf = (need: Need): number | null => {
    if ('control' in need) {
      return budget.secondsFor(missing([need]).reduce((sum, key) => sum + workFor(key), 0))
    }
    const { steps, seconds } = costOfMeasurement(need.measurement, subject)
    const passes = budget.secondsFor((workOf(subject) / subject.settings.steps) * steps)
    return passes === null ? null : passes + seconds
  }
  // Work that must leave a part of the budget for later trainings counts as more work.
  const affordable = (needs: readonly Need[], share = 1): TrialKey[] =>
    missing(needs)
      .filter((key) => (!task.isOver && fitsShare(workFor(key), share)) || store.has(key))
      .sort((one, other) => workFor(one) - workFor(other))

  /**
   * Whether the diagnosis continues without a trial that ended in an error. A control that does not fit into memory is
   * left out, but the network and its twins cannot be left out.
   */
  const goesOnWithout = ({ control }: DiagnosisTrial, error: unknown): boolean => {
    if (!(error instanceof IsobathError) || error.code !== 'memory' || isWatched(control)) return false
    applicable.delete(controlOf(control).change)
    refused.add(controlOf(control).change)
    return true
  }
  const allSeeds = [...seeds, ...freshSeeds]
  const placeOf = ({ record }: MadeTrial): number =>
    orderOf(record.control) * allSeeds.length + allSeeds.indexOf(record.seed)

  return {
    made,
    fresh,
    applicable,
    costOf,
    missing,
    affordable,
    fits: (need) => {
      const work = missing([need]).reduce((sum, key) => sum + workFor(key), 0)
      return (!task.isOver && fitsBudget(budget, work)) || isStored(need)
    },
    isStored,
    subject: () => subject,
    learn: (readings) => {
      subject = { ...subject, readings }
      for (const name of changeNames) {
        if (!refused.has(name) && isPossible(name)) applicable.add(name)
      }
    },
    run: async (keys, limit) => {
      const trials: DiagnosisTrial[] = []
      for (const key of keys) {
        const trial = await trialOf(key, subject, task)
        if (trial) trials.push(trial)
      }
      const running = runTrials(trials, {
        workers,
        resolver,
        signal,
        ...(limit === 'within budget' ? { budget } : {}),
        store: {
          find: (trial) => store.find(trial),
          save: (trial, result) => store.save(trial, result, secondsSoFar()),
        },
        goesOnWithout,
        onEvent,
      })
      for await (const { trial, result } of running) {
        const list = seeds.includes(trial.seed) ? made : fresh
        list.push({ trial, record: recordOf(trial, result), weights: result.weights })
      }
      for (const list of [made, fresh]) list.sort((one, other) => placeOf(one) - placeOf(other))
    },
  }
}
