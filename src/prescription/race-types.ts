/** The terms of a race: candidates at several rates run in rounds of rising length, and the best ones go on. */
import type { RemedySize } from '../remedies/remedy.ts'

/**
 * The parts of a race. `first` and `second`: short trainings with a decaying rate. `whole`: trainings of full length,
 * which choose the rate. `final`: trainings of full length with fresh seeds, which decide.
 */
export type RacePart = 'first' | 'second' | 'whole' | 'final'

export interface Racer {
  /** Name of the candidate. */
  readonly name: string
  /** Size of the candidate's change. Of equally good candidates, the one with the smallest change wins. */
  readonly size: RemedySize
  /** Work of a step relative to a step of the unchanged network, at least 1. */
  readonly cost: number
}

/** A candidate at one rate. */
export interface Arm {
  readonly racer: string
  /** Position of the rate on the ladder of rates: 0 is the given rate, and two positions are a factor of 10. */
  readonly position: number
}

/** A training to run. */
export interface RaceRequest extends Arm {
  readonly part: RacePart
  readonly rate: number
  readonly steps: number
  readonly seed: number
}

/** The result of a training. */
export interface RaceOutcome extends RaceRequest {
  /**
   * Training loss after the last step, as a fraction of the loss of guessing. A training that diverged or ended above
   * guessing has the score 1.
   */
  readonly score: number
  readonly diverged: boolean
}

/** A candidate that does not go on, with the reason. */
export interface Dropped {
  readonly racer: string
  readonly part: RacePart
  /** Best rate and score of the candidate in this part. */
  readonly rate: number
  readonly score: number
  /** The best candidate of this part. */
  readonly leader: { readonly racer: string; readonly score: number }
}

/** A list of trainings that may run side by side. */
export interface RaceRound {
  readonly part: RacePart
  readonly requests: readonly RaceRequest[]
  /** Candidates that were dropped since the last round. */
  readonly dropped: readonly Dropped[]
}

export interface RaceOptions {
  /** All candidates in the order in which they are preferred while nothing is learned. The first one is the network. */
  readonly racers: readonly Racer[]
  /** Candidates that take part only if no other candidate helps. */
  readonly lastResorts: readonly Racer[]
  /** The given rate. */
  readonly given: number
  /** Number of steps of a whole training of the network. */
  readonly steps: number
  /** Number of steps of the short trainings in the first part, and in the second part if there is one. */
  readonly rungs: readonly number[]
  /** Number of candidates besides the network that reach the final. */
  readonly finalists: number
  /** Seeds of the final: at least three. */
  readonly seeds: readonly number[]
  /** The two seeds of the short trainings. They are not among `seeds`. */
  readonly raceSeeds: readonly [number, number]
  /** Whether the final ends after three seeds if a 99% interval decides it. */
  readonly looksEarly: boolean
}

/** Fraction of the loss of guessing below which a difference between two training losses does not count. */
export const negligible = 0.01
