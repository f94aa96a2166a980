/** What a diagnosis keeps of its trials, so that it can go on later. */
import type { TrialResult } from '../trials/result.ts'
import { memoryStore } from '../trials/store.ts'
import type { DiagnosisTrial, TrialKey } from './trial-record.ts'

/** How long its trainings are. */
export interface StepPlan {
  readonly steps: number
  /** The seconds of the budget that the steps were chosen for, where nobody said how long to train. */
  readonly chosenFor?: number
  /** Where a run's own steps didn't fit into the budget. */
  readonly shortened?: {
    readonly from: number
    /** That they didn't fit into, and one into which they would. */
    readonly budgetSeconds: number
    readonly enoughSeconds: number
  }
}

export interface DiagnosisStore {
  /** Of a diagnosis that goes on. */
  readonly plan?: StepPlan
  /** That it took before. */
  readonly seconds: number
  /** Told once, before the first trial. */
  begin(plan: StepPlan): Promise<void>
  /** Whether this trial was made, if its weights are gone or not. */
  has(key: TrialKey): boolean
  /** What came out; undefined where it wasn't made, or where its weights are gone. */
  find(trial: DiagnosisTrial): Promise<TrialResult | undefined>
  /** `seconds`: that the diagnosis took so far, in all its sittings. */
  save(trial: DiagnosisTrial, result: TrialResult, seconds: number): Promise<void>
}

/** Of a diagnosis that nobody will go on with. */
export function memoryDiagnosisStore(): DiagnosisStore {
  const store = memoryStore<DiagnosisTrial, TrialKey>(({ control, seed }) => `${control} ${seed}`)
  return { ...store, seconds: 0, begin: async () => {} }
}
