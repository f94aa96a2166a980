/** What a diagnosis keeps of its trials, so that it can go on later. */
import type { ControlName } from './controls.ts'
import type { Trial } from './trial.ts'

/** How long its trainings are. */
export interface StepPlan {
  readonly steps: number
  /** Where a run's own steps didn't fit into the budget. */
  readonly shortened?: {
    readonly from: number
    /** That they didn't fit into, and one into which they would. */
    readonly budgetSeconds: number
    readonly enoughSeconds: number
  }
}

export interface TrialStore {
  /** Of a diagnosis that goes on. */
  readonly plan?: StepPlan
  /** That it took before. */
  readonly seconds: number
  /** Told once, before the first trial. */
  begin(plan: StepPlan): Promise<void>
  /** Whether this trial was made, if its weights are gone or not. */
  has(control: ControlName, seed: number): boolean
  /** What is known of this trial; its weights where they were kept. */
  find(control: ControlName, seed: number): Pick<Trial, 'record' | 'weights'> | undefined
  save(trial: Trial, about: Saved): Promise<void>
}

export interface Saved {
  /** Whether its weights will be asked for again. */
  readonly keepsWeights: boolean
  /** What the diagnosis took so far, in all its sittings. */
  readonly seconds: number
}
