/** Stores the trials of a diagnosis, so that the diagnosis can be resumed. */
import type { TrialResult } from '../trials/result.ts'
import { memoryStore } from '../trials/store.ts'
import type { DiagnosisTrial, TrialKey } from './trial-record.ts'

/** Number of training steps in a diagnosis, and the reason for the number of steps. */
export interface StepPlan {
  readonly steps: number
  /**
   * Budget, in seconds, for which the diagnosis chose the number of steps. The field `chosenFor` is absent if the user
   * chose the number of steps.
   */
  readonly chosenFor?: number
  /** Details of the shortened trainings, present only if the steps of a run did not fit into the budget. */
  readonly shortened?: {
    /** Number of steps of the original run. */
    readonly from: number
    /** Budget that is too small for the steps of the run, in seconds. */
    readonly budgetSeconds: number
    /** Budget that fits the steps of the run, in seconds. */
    readonly enoughSeconds: number
  }
}

export interface DiagnosisStore {
  /** Step plan of a diagnosis that is resumed. */
  readonly plan?: StepPlan
  /** Duration of the earlier sessions, in seconds. */
  readonly seconds: number
  /** Stores the plan. The diagnosis calls `begin` once, before the first trial. */
  begin(plan: StepPlan): Promise<void>
  /** Whether a result of the trial is stored. A result whose weights are missing counts as stored. */
  has(key: TrialKey): boolean
  /**
   * Returns the stored result of a trial, or undefined if the trial has not been trained or its weights are missing.
   */
  find(trial: DiagnosisTrial): Promise<TrialResult | undefined>
  /** Stores the result of a trial. The argument `seconds` is the duration of the diagnosis so far, in all sessions. */
  save(trial: DiagnosisTrial, result: TrialResult, seconds: number): Promise<void>
}

/** Creates a store in memory for a diagnosis that will not be resumed. */
export function memoryDiagnosisStore(): DiagnosisStore {
  const store = memoryStore<DiagnosisTrial, TrialKey>(({ control, seed }) => `${control} ${seed}`)
  return { ...store, seconds: 0, begin: async () => {} }
}
