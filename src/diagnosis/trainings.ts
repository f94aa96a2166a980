/** The trainings of a diagnosis: finds missing trainings, estimates their cost, and runs the trainings. */
import { IsobathError } from '../support/errors.ts'
import type { Weights } from '../training/evaluator.ts'
import { type Budget, createBudget, fitsBudget } from '../trials/budget.ts'
import { runTrials } from '../trials/runner.ts'
import type { Workers } from '../trials/workers.ts'
import type { Need } from './causes/assessment.ts'
import { trainingOf } from './control-trainings.ts'
import { type ChangeName, changeNames, controlOf, orderOf, type Subject } from './controls.ts'
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
  /** Finished trainings, sorted by control and then by seed. */
  readonly made: readonly MadeTrial[]
  /** Changes that apply to the network, without the changes whose trainings did not fit into memory. */
  readonly applicable: ReadonlySet<ChangeName>
  /**
   * Estimates the duration of the missing trainings or of the measurement, in seconds. Returns null if no training has
   * finished yet.
   */
  costOf(need: Need): number | null
  /** Lists the trainings that the needs name and that have not run yet. */
  missing(needs: readonly Need[]): TrialKey[]
  /** Lists the missing trainings that fit into the remaining budget, the cheapest first. */
  affordable(needs: readonly Need[]): TrialKey[]
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

export function createTrainings({ task, subject, workers, store, secondsSoFar }: TrainingsTask): Trainings {
  const { seeds, abort: signal, onEvent } = task
  const made: MadeTrial[] = []
  const isPossible = (name: ChangeName): boolean => {
    const training = trainingOf(subject, name)
    return training !== undefined && workers.precisions.includes(training.precision)
  }
  const applicable = new Set(changeNames.filter(isPossible))
  const budget: Budget = createBudget(task.budgetSeconds, secondsSoFar, () => made.map(({ record }) => record))
  const resolver = resolverOf(task)

  /** Lists the trials that are needed but have not been trained. */
  const missing = (needs: readonly Need[]): TrialKey[] => {
    const asked = needs.flatMap((need) =>
      'control' in need && applicable.has(controlOf(need.control).change)
        ? seeds.slice(0, need.seeds).map((seed): TrialKey => ({ control: need.control, seed }))
        : [],
    )
    const isSame = (one: TrialKey, other: TrialKey): boolean => one.control === other.control && one.seed === other.seed
    return asked.filter((key, index) => {
      return !made.some(({ record }) => isSame(record, key)) && asked.findIndex((one) => isSame(one, key)) === index
    })
  }
  const workFor = ({ control }: TrialKey): number => {
    const training = trainingOf(subject, control)
    return training ? workWithScoring(training, scoringOf(control)) : 0
  }
  const costOf = (need: Need): number | null => {
    if ('control' in need) {
      return budget.secondsFor(missing([need]).reduce((sum, key) => sum + workFor(key), 0))
    }
    const { steps, seconds } = costOfMeasurement(need.measurement, subject)
    const passes = budget.secondsFor((workOf(subject) / subject.settings.steps) * steps)
    return passes === null ? null : passes + seconds
  }
  const affordable = (needs: readonly Need[]): TrialKey[] =>
    missing(needs)
      .filter((key) => (!task.isOver && fitsBudget(budget, workFor(key))) || store.has(key))
      .sort((one, other) => workFor(one) - workFor(other))

  /**
   * Whether the diagnosis continues without a trial that ended in an error. A control that does not fit into memory is
   * left out, but the network and its twins cannot be left out.
   */
  const goesOnWithout = ({ control }: DiagnosisTrial, error: unknown): boolean => {
    if (!(error instanceof IsobathError) || error.code !== 'memory' || isWatched(control)) return false
    applicable.delete(controlOf(control).change)
    return true
  }
  const placeOf = ({ record }: MadeTrial): number => orderOf(record.control) * seeds.length + seeds.indexOf(record.seed)

  return {
    made,
    applicable,
    costOf,
    missing,
    affordable,
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
        made.push({ trial, record: recordOf(trial, result), weights: result.weights })
      }
      made.sort((one, other) => placeOf(one) - placeOf(other))
    },
  }
}
