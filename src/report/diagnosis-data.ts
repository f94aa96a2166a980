/** The data of a differential diagnosis, which answers why a deep network is worse than a shallow one. */
import type { Guess } from './guessing.ts'
import type { ReportedPredictions, ReportedScores } from './reported-scores.ts'
import type { OutputNames } from './score-words.ts'

export interface DiagnosisData {
  /** The command that made the diagnosis; absent if the library was called directly. */
  readonly command?: string
  readonly version: string
  readonly mode: string
  /** Duration of the diagnosis, in seconds. */
  readonly seconds: number
  /** Time limit of the diagnosis, in seconds, or Infinity without a limit. */
  readonly budgetSeconds: number
  /** The network as the user wrote it, such as `mlp:depth=60`. */
  readonly network: string
  readonly layers: number
  readonly dataset: {
    readonly name: string
    readonly train: number
    readonly test: number
    /** The network's outputs in words, such as `10 classes`. */
    readonly asks: string
    /** Names of the classes or targets. */
    readonly names: OutputNames
    /**
     * Number of classes, or null for regression. In a regression, the error is the fraction of the variance left
     * unexplained.
     */
    readonly classes: number | null
    /** The scores of guessing, if the classes differ in size or the loss is not the cross-entropy. */
    readonly guess?: Guess
  }
  readonly steps: number
  readonly batch: number
  readonly optimizer: string
  readonly seeds: readonly number[]
  /** Whether the diagnosis was stopped before all planned trainings had run. */
  readonly interrupted: boolean
  /** The name of the verdict, such as `correlation-collapse`, `healthy` or `undecided`. */
  readonly verdict?: string
  /**
   * The verdict in words: `start` begins a sentence (`Correlation collapse`), and `inside` is used within a sentence
   * (`correlation collapse`).
   */
  readonly title: { readonly start: string; readonly inside: string }
  /** The answer of the diagnosis, in parts of a few sentences: the symptom, the cause, and what else it is not. */
  readonly answer: readonly string[]
  /** How sure the answer is, from 0 to 1. */
  readonly confidence?: number
  /** On what the answer rests, in one or two sentences. */
  readonly basis?: string
  /** Remarks on how the answer was found. */
  readonly notes?: readonly string[]
  /** Faults that can be read off the network, the data and the settings before any training. */
  readonly facts?: readonly { readonly sentence: string; readonly remedy: string }[]
  /** Scores of the best linear model, or null if the diagnosis was stopped before the fit. */
  readonly linear?: ReportedLinearModel | null
  /** The change that mends the first finding, with its measured scores. Null if none was measured. */
  readonly cure?: ReportedCure | null
  /** What a cure would take, if none was verified. */
  readonly noCure?: string | null
  /** The command that trains the mended network, if the diagnosis has measured a cure. */
  readonly cureCommand?: string
  /** The files with the changed network of the cure. */
  readonly cureFiles?: readonly string[]
  /** TypeScript code of the changed network of the cure. */
  readonly cureCode?: string
  readonly findings: readonly DiagnosisFinding[]
  readonly ruledOut: readonly RuledOut[]
  readonly open: readonly ReportedQuestion[]
  readonly trials: readonly ReportedTrial[]
  /** The trainings with seeds that the diagnosis had not used, which measured the cure. */
  readonly freshTrials?: readonly ReportedTrial[]
  /** The ladders of rates of the networks that were trained at more than one rate. */
  readonly ladders?: readonly ReportedLadder[]
  /** Stage names from the input to the output, such as `first` and `hidden[0]`. */
  readonly stages: readonly string[]
  readonly maps: readonly DiagnosisMap[]
  readonly profiles: readonly DiagnosisProfile[]
  /** The picture at the top of the report: `losses`, `ladder`, or the id of a profile. */
  readonly picture: string
}

/** The change that mends the training, and the mean scores without and with the change. */
export interface ReportedCure {
  /** Control whose trainings measured the change. */
  readonly control: string
  /** The change in words, such as `add a skip connection around each of the 58 hidden layers`. */
  readonly words: string
  readonly before?: ReportedMeans
  readonly after?: ReportedMeans
  /** Number of seeds with the change. */
  readonly seeds?: number
  /** Whether the scores with the change were measured with seeds that the diagnosis had not used. */
  readonly isFresh?: boolean
  /** The result that the printed command gives, in a sentence. */
  readonly promise?: string
}

/** Mean scores over the seeds. A score is null if a seed diverged or has no such score. */
export interface ReportedMeans {
  readonly train: ReportedScores
  readonly test: ReportedScores
}

/** The best linear model of the data set. Its scores are null if there is no linear model. */
export interface ReportedLinearModel {
  readonly train: ReportedScores
  readonly test: ReportedScores
  /** Number of training samples to which the model was fitted. */
  readonly samples: number
  /** Why there is no linear model, in a sentence. */
  readonly skipped?: string
}

/** The trainings of a network at several rates. */
export interface ReportedLadder {
  /** Name of the network, which is the name of its control at the given rate. */
  readonly network: string
  readonly givenRate: number
  /** Best rate among the rates that were trained with all seeds. */
  readonly bestRate: number
  readonly rungs: readonly ReportedRung[]
}

/** The trainings of a network at one rate. */
export interface ReportedRung {
  readonly control: string
  readonly kind: 'short' | 'whole'
  readonly rate: number
  readonly seeds: number
  /** Number of seeds whose training diverged. */
  readonly diverged: number
  /** Mean training loss over the seeds, or null if a training diverged. */
  readonly loss: number | null
}

/** A cause that the measurements support. */
export interface DiagnosisFinding {
  readonly cause: string
  /** The cause in words, such as `Correlation collapse`. */
  readonly title: string
  /** The strength of the evidence, from 0 (none) to 1. */
  readonly score: number
  readonly sentence: string
  readonly evidence: readonly ReportedEvidence[]
  readonly papers: readonly string[]
  readonly cures: readonly string[]
}

/**
 * One measured number behind a finding. The `value` is null if the measurement was not finite, and the `limit` is null
 * if no limit exists.
 */
export interface ReportedEvidence {
  readonly name: string
  readonly value: number | null
  readonly limit: number | null
  readonly unit?: string
  readonly words: string
}

/** A cause that a control or a measurement rules out. */
export interface RuledOut {
  readonly cause: string
  readonly title: string
  readonly by: string
  readonly sentence: string
}

/**
 * An undecided cause, the trainings that would decide the cause, and the duration of these trainings in seconds, or
 * null if unknown.
 */
export interface ReportedQuestion {
  readonly cause: string
  readonly title: string
  readonly wouldDecide: string
  readonly seconds: number | null
}

/** One training of a diagnosis. */
export interface ReportedTrial {
  /**
   * Name of the control, such as `shallow twin`, `rate / 3`, `float64, rate / 3` or `half the data`, or `network` for
   * the unchanged training.
   */
  readonly control: string
  /** The exact definition of the control, such as `mlp:depth=12`. */
  readonly note?: string
  readonly seed: number
  readonly train: ReportedScores
  readonly test: ReportedScores
  /** Predictions of some samples of a regression. */
  readonly predictions?: ReportedPredictions
  readonly diverged: boolean
  /** Number of steps that the training made. */
  readonly steps: number
  readonly seconds: number
  readonly losses: readonly { readonly step: number; readonly loss: number }[]
}

/** A measured quantity by layer and step, for the first seed of the network. */
export interface DiagnosisMap {
  readonly title: string
  readonly scale: 'log' | 'linear'
  readonly domain?: readonly [number, number]
  readonly steps: readonly number[]
  /** The values of the quantity, indexed by step, then by stage. */
  readonly values: readonly (readonly (number | null)[])[]
  readonly caption: string
}

/** A measured quantity by layer for several networks, from the first layer of each network to its last. */
export interface DiagnosisProfile {
  readonly id: string
  readonly title: string
  /** The label of the axis of the values. */
  readonly axis: string
  readonly scale: 'log' | 'linear'
  readonly domain?: readonly [number, number]
  readonly series: readonly ProfileSeries[]
  /** Whether only some layers were measured, so that lines connect the measured layers across unmeasured layers. */
  readonly isSparse?: boolean
  /** Layer of the network that the answer names: its index from 0, and its label. */
  readonly mark?: { readonly stage: number; readonly label: string }
  readonly caption: string
}

export interface ProfileSeries {
  readonly name: string
  /**
   * The values of the quantity by layer. Networks of different depths are aligned by the relative position of the
   * layer, from 0 to 1.
   */
  readonly values: readonly (number | null)[]
}

/** The name of the control that is the unchanged network. */
export const NETWORK = 'network'
/** The name of the control that is the same network with fewer layers. */
export const TWIN = 'shallow twin'
