/** The result of a prescription. */
import type { Mode } from '../backends/machine.ts'
import type { MeanScores } from '../diagnosis/cure.ts'
import type { Fact } from '../facts/fact.ts'
import type { Network } from '../network/network.ts'
import type { RemedySize } from '../remedies/remedy.ts'
import type { OptionChange } from '../settings/changed-options.ts'
import type { TrainingSettings } from '../settings/options.ts'
import type { Divergence } from '../training/divergence.ts'
import type { Scores } from '../training/evaluator.ts'
import type { LossRecord } from '../training/state.ts'

/** A training of the final. */
export interface FinalRun {
  readonly seed: number
  /** Scores on the whole training set after the last step. The scores are null if the training diverged. */
  readonly train: Scores
  /** Scores on the whole test set after the last step. The scores are null if the training diverged. */
  readonly test: Scores
  readonly diverged: Divergence | null
  readonly losses: readonly LossRecord[]
  readonly seconds: number
}

/** A candidate in the final, at one rate. */
export interface PrescriptionFinalist {
  /** Name of the candidate: a remedy, or `network` for the unchanged network. */
  readonly name: string
  /** The change as a request without a full stop. Empty for the given training. */
  readonly words: string
  readonly rate: number
  readonly steps: number
  /** Trainings with fresh seeds, ordered by seed. */
  readonly runs: readonly FinalRun[]
}

/** A mean with its 95% interval. */
export interface Interval {
  readonly mean: number
  readonly halfWidth: number | null
}

/** A change with which the network trains better. */
export interface PrescribedCure {
  /** Name of the candidate: a remedy, or `network` for the unchanged network at another rate. */
  readonly name: string
  readonly size: RemedySize
  /** The change as a request without a full stop, with the rate and the number of steps where they change. */
  readonly words: string
  /** Options of the training that change, as the command line writes them. */
  readonly change: OptionChange
  /** Whether `change` and `network` are the whole change, so that a command can repeat the training. */
  readonly isComplete: boolean
  /** The changed network, or null if the network stays as it is. */
  readonly network: Network | null
  readonly rate: number
  readonly steps: number
  /** Mean scores over the seeds. A score is null if a seed diverged. */
  readonly after: MeanScores
  /** Change of the training loss, paired by seed, with its 95% interval. A seed that diverged counts as guessing. */
  readonly difference: Interval
  /** Number of seeds. */
  readonly seeds: number
  /** Mean duration of a training, in seconds. */
  readonly seconds: number
}

/** A candidate with its fate. */
export interface PrescriptionCandidate {
  readonly name: string
  readonly size: RemedySize | null
  /** The change as a request, without the rate. Empty for the unchanged network. */
  readonly words: string
  /**
   * `better`: the network trains better with the change. `no better`: the final showed no certain improvement. `dropped`: the
   * candidate lost in short trainings. `not tried`: the budget was too small. `unfinished`: the prescription was stopped.
   */
  readonly state: 'better' | 'no better' | 'dropped' | 'not tried' | 'unfinished'
  /** The reason of the state, in words. */
  readonly reason: string
  /** Best rate in the last part in which the candidate ran, or null if it did not run. */
  readonly rate: number | null
  /** Work of a step in multiply-adds, relative to a step of the unchanged network. */
  readonly cost: number
}

export interface Prescription {
  /** The answer in sentences: the best change with its result, and how sure the result is. */
  readonly answer: readonly string[]
  /** Mean scores of the given training, or null if the final has not begun. */
  readonly before: MeanScores | null
  /** Changes with which the network trains better, best first. */
  readonly cures: readonly PrescribedCure[]
  /** All candidates, in the order in which they are tried. The first one is the unchanged network. */
  readonly candidates: readonly PrescriptionCandidate[]
  /** The trainings of the final. The given training comes first. */
  readonly finalists: readonly PrescriptionFinalist[]
  /** Seconds that a prescription of at least three candidates needs, or null if the budget was large enough. */
  readonly needsSeconds: number | null
  /** Number of trainings that finished, in all parts. */
  readonly trainings: number
  /** The given network. */
  readonly network: Network
  /** Notes for the reader, such as changes that the loss made to the network. */
  readonly notes: readonly string[]
  /** Faults that could be read off the network, the data and the settings. Empty if nothing stood out. */
  readonly facts: readonly Fact[]
  /** Settings of the given training. `steps` is the length of the whole trainings. */
  readonly settings: TrainingSettings
  /** Seeds of the final. */
  readonly seeds: readonly number[]
  readonly mode: Mode
  /** True if the prescription was stopped before all trainings were done. */
  readonly interrupted: boolean
  /** Duration in seconds, summed over all sessions. */
  readonly seconds: number
}
