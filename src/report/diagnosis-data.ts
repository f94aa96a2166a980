/** What a differential diagnosis of a network consists of: why is this deep network worse? */
import type { ReportedScores } from './reported-scores.ts'

export interface DiagnosisData {
  /** The command that made it, where one did. */
  readonly command?: string
  readonly version: string
  readonly mode: string
  /** What all of it took, and what it was allowed to take. */
  readonly seconds: number
  readonly budgetSeconds: number
  /** As it was written: `mlp:depth=60`. */
  readonly network: string
  readonly layers: number
  readonly dataset: {
    readonly name: string
    readonly train: number
    readonly test: number
    /** What the outputs are, in words: `10 classes`. */
    readonly asks: string
    /** Null where values are predicted: then the error is the fraction of their variance that isn't explained. */
    readonly classes: number | null
  }
  readonly steps: number
  readonly batch: number
  readonly optimizer: string
  readonly seeds: readonly number[]
  /** Whether it was stopped before all that it wanted to run had run. */
  readonly interrupted: boolean
  /** The verdict in words, as it stands alone and inside a sentence: `Correlation collapse`, `correlation collapse`. */
  readonly title: { readonly start: string; readonly inside: string }
  /** The answer: three sentences. */
  readonly answer: readonly string[]
  /** What a reader of the answer should know of how it was found. */
  readonly notes?: readonly string[]
  readonly findings: readonly DiagnosisFinding[]
  readonly ruledOut: readonly RuledOut[]
  readonly open: readonly ReportedQuestion[]
  readonly trials: readonly ReportedTrial[]
  /** Stage names in the order of the signal: `first`, `hidden[0]`. */
  readonly stages: readonly string[]
  readonly maps: readonly DiagnosisMap[]
  readonly profiles: readonly DiagnosisProfile[]
  /** Which picture comes first: `losses`, or a profile's id. */
  readonly picture: string
}

/** A cause that the measurements speak for. */
export interface DiagnosisFinding {
  readonly cause: string
  /** The cause in words: `Correlation collapse`. */
  readonly title: string
  /** 0 to 1. */
  readonly score: number
  readonly sentence: string
  readonly evidence: readonly ReportedEvidence[]
  readonly papers: readonly string[]
  readonly cures: readonly string[]
}

/** A number behind a finding; null where it wasn't finite, or isn't limited. */
export interface ReportedEvidence {
  readonly name: string
  readonly value: number | null
  readonly limit: number | null
  readonly unit?: string
  readonly words: string
}

/** A cause that something rules out: a control, or a measurement. */
export interface RuledOut {
  readonly cause: string
  readonly title: string
  readonly by: string
  readonly sentence: string
}

/** What isn't decided, what would decide it, and what that costs; null if that isn't known. */
export interface ReportedQuestion {
  readonly cause: string
  readonly title: string
  readonly wouldDecide: string
  readonly seconds: number | null
}

/** One training. */
export interface ReportedTrial {
  /** `network`, or what was changed: `shallow twin`, `rate / 3`, `float64`, `half the data`. */
  readonly control: string
  /** What the control is exactly: `mlp:depth=12`. */
  readonly note?: string
  readonly seed: number
  readonly train: ReportedScores
  readonly test: ReportedScores
  readonly diverged: boolean
  /** How many it made. */
  readonly steps: number
  readonly seconds: number
  readonly losses: readonly { readonly step: number; readonly loss: number }[]
}

/** A quantity by layer and step, of the network's first seed. */
export interface DiagnosisMap {
  readonly title: string
  readonly scale: 'log' | 'linear'
  readonly domain?: readonly [number, number]
  readonly steps: readonly number[]
  /** By the index of the step, then of the stage. */
  readonly values: readonly (readonly (number | null)[])[]
  readonly caption: string
}

/** A quantity by layer before training, of several networks: from the first layer to the last of each. */
export interface DiagnosisProfile {
  readonly id: string
  readonly title: string
  /** What the values are. */
  readonly axis: string
  readonly scale: 'log' | 'linear'
  readonly domain?: readonly [number, number]
  readonly series: readonly ProfileSeries[]
  /** Whether only some layers were looked at: then lines go on over those that weren't. */
  readonly isSparse?: boolean
  readonly caption: string
}

export interface ProfileSeries {
  readonly name: string
  /** By layer. Networks of different depth are compared by how far through the network a layer is. */
  readonly values: readonly (number | null)[]
}

/** The control that is the network itself, unchanged. */
export const NETWORK = 'network'
/** The control that is the same network with fewer layers. */
export const TWIN = 'shallow twin'
